import { defineProblems } from '../../kernel/problems.ts';

const CHECK_NODE = 'Check that the other node runs.';

export const problem = defineProblems('memory', {
  'bad-signature': { message: 'That is not a BLS signature.' },
  'disk-full': {
    message: 'The disk is full; the file was not stored.',
    remedy: 'Free some space, then try again.',
  },
  'composing-cancelled': { message: 'The recording was not put together, because somebody stopped it.' },
  'sfu-stopped': { message: 'Calls end because this node stops.' },
  'sfu-refused': {
    message: 'The media of the call were refused.',
    remedy: 'Leave the call and enter it again.',
  },
  'sfu-closed': {
    code: 'sfu-refused',
    message: 'This connection of the call is closed.',
    remedy: 'Enter the call again.',
  },
  'connected-twice': { code: 'sfu-refused', message: 'This connection of the call was made before.' },
  'wrong-direction': {
    code: 'sfu-refused',
    message: 'This connection of the call carries media in the other direction only.',
  },
  'producer-unknown': { code: 'sfu-refused', message: 'This track of the call has ended.' },
  'address-invalid': {
    message: 'That is not an address of a node.',
    remedy: 'Copy the address from the other node; it looks like /memory/NAME.',
  },
  'dial-self': { message: 'This is the address of this node.', remedy: 'Use the address of the other node.' },
  'dial-timeout': { message: 'Nobody answered at this address in time.', remedy: CHECK_NODE },
  'dial-refused': { message: 'Nobody listens at this address.', remedy: CHECK_NODE },
  'peer-gone': {
    message: 'The peer is not connected.',
    remedy: 'Wait until it is back, or dial it again.',
  },
  'protocol-unknown': {
    message: 'The peer does not speak {protocol}.',
    remedy: 'One of the two nodes is older: update both to the same version.',
  },
  'channel-crowded': {
    message: 'The node answers too many others at the moment.',
    remedy: 'It is tried again automatically.',
  },
  'channel-closed': { message: 'This end of the channel is already closed.' },
  'channel-aborted': { code: 'channel-broken', message: 'The channel was aborted: {reason}' },
  'channel-broken': { message: 'The connection broke off.', remedy: 'It is made again automatically.' },
  'message-too-large': { message: 'A message of {bytes} bytes does not fit.' },
  'gossip-too-large': {
    code: 'message-too-large',
    message: 'A live message of {bytes} bytes is over the limit of {limit}.',
    remedy: 'Send large content as an attachment.',
  },
});
