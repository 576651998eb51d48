import { defineProblems } from '../kernel/problems.ts';

const REINSTALL =
  'Install the program again, or put the file back, and check it with “impulse models verify”.';

/** The problems of moderation. */
export const problem = defineProblems('moderation', {
  'held-back': {
    message: 'This would be held back: {reasons}.',
    remedy: 'Change it, or ask the moderators to review it as it is.',
  },

  // Word lists
  'list-empty': { message: 'The list contains no word and no domain.', remedy: 'Choose another file.' },
  'too-many-lists': {
    message: 'A node keeps at most {most} lists.',
    remedy: 'Remove one that is no longer needed.',
  },
  'list-unknown': {
    message: 'This node has no such list.',
    remedy: 'Choose one of the lists that this node keeps.',
  },

  // Previews and calibration
  'no-consent': {
    message: 'This node may not learn from the decisions of its moderators.',
    remedy: 'Allow it first. What is learnt stays on this node.',
  },
  'too-few-decisions': {
    message: 'Too few decisions to learn from: at least {least} are needed, both for and against.',
    remedy: 'Decide on more held messages, then try again.',
  },
  'replay-unknown': {
    message: 'This preview is out of date: something has changed since.',
    remedy: 'Preview the change again.',
  },

  // Images
  'image-unknown': { message: 'The file is not a JPEG, PNG, GIF or WebP image.' },
  'too-many-bytes': {
    code: 'image-too-large',
    message: 'The image has {count} bytes, which is more than this node classifies.',
    remedy: 'Send a smaller image.',
  },
  'too-many-pixels': {
    code: 'image-too-large',
    message: 'The image has {width} × {height} pixels, which is more than this node classifies.',
    remedy: 'Send a smaller image.',
  },
  'no-pixels': { code: 'image-broken', message: 'The image has no pixels.' },
  'no-frame': { code: 'image-broken', message: 'The image file contains no image.' },
  truncated: { code: 'image-broken', message: 'The image file ends too early.' },
  'bad-png-header': { code: 'image-broken', message: 'The PNG file does not start with a header.' },
  'bad-webp-header': { code: 'image-broken', message: 'The WebP file does not start with a header.' },
  'bad-jpeg-segments': { code: 'image-broken', message: 'The segments of the JPEG file are damaged.' },
  'bad-code-size': { code: 'image-broken', message: 'The GIF file has an impossible code size.' },
  'bad-code': { code: 'image-broken', message: 'The GIF file contains an undefined code.' },
  'oversized-frame': { code: 'image-broken', message: 'A frame is larger than the image.' },
  'undecodable-pixels': { code: 'image-broken', message: 'The pixels of the image cannot be decoded.' },
  'missing-pixels': { code: 'image-broken', message: 'The image has fewer pixels than its size says.' },
  'wrong-size': { code: 'image-broken', message: 'The image does not have the size in its header.' },
  'decoder-failed': { code: 'image-broken', message: 'The image cannot be decoded: {reason}.' },

  // Reasons why a message is held
  'too-long': { message: 'Only its beginning and its end were read.' },
  late: { message: 'Its judgement took too long.' },
  overload: { message: 'Too many messages arrived at once.' },
  unreadable: { message: 'It could not be judged.' },
  'no-models': { message: 'Judged by word lists only.' },
  rate: { message: '{count} messages in a short time' },
  duplicate: { message: 'the same text {count} times' },
  flood: { message: '{count} messages by new members in a short time' },

  // Notices about the models
  'models-off': {
    code: 'moderation-models',
    message: 'The models are turned off. Messages that no rule holds back are published.',
    remedy: 'Turn them on in the moderation room, or with “impulse moderation on”.',
  },
  'models-silent': {
    code: 'moderation-models',
    message: 'The models do not respond. The node restarts them, and word lists stand in until then.',
    remedy: 'If this lasts, read the log of this node and check the files with “impulse models verify”.',
  },
  'models-incomplete': {
    code: 'moderation-models',
    message: 'Not all models work, so only the first stage classifies messages: {files}.',
    remedy: REINSTALL,
  },
  'models-missing': {
    code: 'moderation-models',
    message: 'The models cannot be used, so only word lists classify messages: {files}.',
    remedy: REINSTALL,
  },
  'image-model-missing': {
    code: 'moderation-models',
    message: 'Some model files cannot be used: {files}.',
    remedy: REINSTALL,
  },
  'model-unusable': { message: 'The model cannot be used.', remedy: REINSTALL },
});
