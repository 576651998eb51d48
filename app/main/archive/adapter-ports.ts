/** The form of mails that the archive shares with its parser, and the messages that are no mail. */
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
export { BOARD_HEADER, FORMAT_HEADER, SLUG } from './own-headers.ts';
export { senderName } from './sender-name.ts';
