/** The form of mails and their headers that the archive shares with its parser. */
export { decoderFor, looksLikeMail, outlineOf, readHeaders, type MailHeaders } from './headers.ts';
export {
  MAX_MESSAGE_BYTES,
  MAX_SUBJECT_CHARS,
  MAX_TEXT_CHARS,
  cleanLine,
  cleanText,
  fitAttachments,
  leftOutNote,
  senderName,
  type ParsedMessage,
} from './message.ts';
