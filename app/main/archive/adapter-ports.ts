/** The form of mails that the archive shares with its parser, and the messages that are no mail. */
export { BOARD_HEADERS, boardLabel, FORMAT_HEADER, type BoardLabel } from './board-label.ts';
export { dateIn } from './dates.ts';
export { hideAddresses } from './hide-addresses.ts';
export { lineMessage, lineOutline } from './line.ts';
export {
  MAX_MESSAGE_BYTES,
  MAX_REFERENCES,
  MAX_SUBJECT_CHARS,
  MAX_TEXT_CHARS,
  cleanLine,
  cleanText,
  derivedMessageId,
  fitAttachments,
  leftOutNote,
  remarksOf,
  type ArchivedMessage,
  type MessageForm,
  type MessageOutline,
  type OutlinedMessage,
  type ParsedMessage,
} from './message.ts';
export { packingOf } from './packed.ts';
export { senderName } from './sender-name.ts';
