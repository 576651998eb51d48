import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('libp2p', {
  'address-invalid': {
    message: 'That is not an address of a node.',
    remedy: 'Copy the address from the other node; it looks like /ip4/192.0.2.7/tcp/4001/p2p/12D3...',
  },
  'address-not-quic': { code: 'address-invalid', message: 'This is not an address for QUIC.' },
  'network-invalid': {
    message: '“{text}” is not a range of IP addresses.',
    remedy: 'Write it like 198.18.0.0/15.',
  },

  'dial-self': { message: 'This is the address of this node.', remedy: 'Use the address of the other node.' },
  'dial-other-node': {
    message: 'Another node answered than the one that this address names.',
    remedy: 'Ask for a new address or invite: the node may have been set up again.',
  },
  'dial-denied': {
    message: 'This address is not dialled: it leads nowhere, or the node there misbehaved.',
    remedy: 'Check the address; a node that misbehaved is let in again after ten minutes.',
  },
  'dial-unsupported': {
    message: 'This node knows no transport for this address.',
    remedy: 'Use an address with /tcp/ or /ws, with the node id (/p2p/...) at its end.',
  },
  'dial-refused': {
    message: 'Nobody listens at this address.',
    remedy: 'Check that the other node runs, and that the port in the address is the one it listens on.',
  },
  'dial-name-unknown': {
    message: 'The host name in this address is not known.',
    remedy: 'Check the name for typing errors, and that this machine is online.',
  },
  'dial-unreachable': {
    message: 'There is no route to this address.',
    remedy: 'Check that this machine is online; an address of a home network works only inside it.',
  },
  'dial-no-family': {
    code: 'dial-unreachable',
    message: 'This machine cannot send over IPv{family}.',
    remedy: 'Use another address of that node.',
  },
  'dial-timeout': {
    message: 'Nobody answered at this address in time.',
    remedy: 'Check that the other node runs and that its router forwards the port, or use a relay.',
  },
  'dial-failed': {
    message: 'The connection could not be made: the other side closed it.',
    remedy: 'Try again in a minute; if that does not help, check that both nodes run a current version.',
  },
  'dial-dropped': {
    code: 'dial-failed',
    message: 'The other side accepted the connection and closed it again.',
    remedy: 'It may be full, or refuse this node; try again in a minute.',
  },
  'relay-refused': {
    message: 'The relay answered, but the node behind it is not there.',
    remedy: 'Ask its sysop to start the node, then try again.',
  },
  'relay-full': {
    code: 'relay-refused',
    message: 'The relay has no place for this node.',
    remedy: 'It is asked again in a minute.',
  },
  'peer-gone': {
    message: 'The peer is not connected.',
    remedy: 'Wait until it is back, or dial it again.',
  },

  'protocol-unknown': {
    message: 'The peer does not speak {protocol}.',
    remedy: 'One of the two nodes is older: update both to the same version.',
  },
  'channels-exhausted': {
    message: 'Too many channels to this peer are open at once.',
    remedy: 'Try again later.',
  },
  'channel-closed': { message: 'This end of the channel is already closed.' },
  'channel-aborted': { code: 'channel-broken', message: 'The channel was aborted: {reason}' },
  'channel-broken': {
    message: 'The connection to node {peer} broke off.',
    remedy: 'It is made again automatically; nothing that was stored is lost.',
  },
  'channel-stalled': {
    message: 'Node {peer} did not answer in time.',
    remedy:
      'It is tried again automatically; if this happens often, that node or the line to it is overloaded.',
  },
  'frames-too-small': { message: 'The peer sends so many small frames that they cost more than they carry.' },
  'channel-crowded': {
    message: 'The node answers too many others at the moment.',
    remedy: 'It is tried again automatically.',
  },
  'message-too-large': { message: 'A message of {bytes} bytes does not fit.' },
  'message-announced-too-large': {
    code: 'message-too-large',
    message: 'The peer announced a message of {bytes} bytes.',
  },
  'gossip-too-large': {
    code: 'message-too-large',
    message: 'A live message of {bytes} bytes is over the limit of {limit}.',
    remedy: 'Send large content as an attachment.',
  },
  'topic-unknown': { message: 'This node does not subscribe to this topic.' },

  'port-taken': {
    message: 'The port of this node is taken by another program.',
    remedy: 'Stop the other program, or choose another port in the settings (0 lets the system choose).',
  },
  'port-forbidden': {
    message: 'This port may not be used.',
    remedy: 'Choose a port above 1023 in the settings.',
  },
  'port-bound': {
    message: 'QUIC over IPv{family} already uses {ip}, port {port}.',
    remedy: 'Keep one QUIC address for each version of IP in the settings.',
  },
  'listen-failed': {
    message: 'The node cannot listen at its addresses.',
    remedy: 'Check the listening addresses in the settings: each must belong to this machine.',
  },
  'connections-exhausted': {
    message: 'This node has as many QUIC connections as it can hold.',
    remedy: 'Close a connection, or try again later.',
  },
  'punch-invalid': { message: 'A token for hole punching has 16 bytes and is used once at a time.' },
  'punch-busy': {
    message: 'This node is trying to reach too many peers.',
    remedy: 'Try again in a minute.',
  },
});
