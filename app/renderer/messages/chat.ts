import { isolated } from '../../contract/foreign-text.ts';
import { plural } from './format.ts';

/** Text of the chat. */
export const chat = {
  title: 'Chat',
  log: 'Chat lines, newest last',
  loading: 'Loading the chat.',
  empty: 'Nobody has said anything yet.',
  emptyHint: 'Everyone who is online sees new lines at once.',
  older: 'Loading older lines.',
  showOlder: 'Show older lines',
  beginning: 'The chat starts here.',
  stale: 'The connection to the node is lost. This is the chat up to then.',
  again: 'Try again',
  input: 'Say something',
  placeholder: 'Say something, or /me waves',
  send: 'Send',
  helpLine: 'Enter sends, /me writes an action, arrow up recalls your last line.',
  unsent: (why: string) => `Not sent: ${why}`,
  newLines: (n: number) => plural(n, 'new line below', 'new lines below'),
  you: 'you',
  online: 'Online',
  onlineCount: (n: number) => plural(n, 'person', 'people'),
  onlineList: 'Who is online',
  nobody: 'Nobody is online.',
  columns: { idle: 'Idle' },
  at: (doing: string, node: string) =>
    doing === '' ? `From ${isolated(node)}` : `${isolated(doing)}, from ${isolated(node)}`,
  today: 'Today',
  yesterday: 'Yesterday',
  doing: 'In the chat room',
  writing: 'Writing in the chat room',
  keys: { write: 'write' },
};
