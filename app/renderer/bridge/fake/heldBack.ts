/** The sample node’s answer to text that it would hide at once. */
export const heldBack = {
  code: 'held-back',
  message: 'This reads like an advertisement.',
  remedy: 'Change it, or ask a moderator to look at it.',
};

/** Whether the sample node would hide the text, and its author has not asked for a moderator. */
export const isHeldBack = ({ text, askReview }: { text: string; askReview: boolean }): boolean =>
  !askReview && /viagra|casino|CHEAP berth/i.test(text);
