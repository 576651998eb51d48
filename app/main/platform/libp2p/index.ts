export { peerIdOf } from './node.ts';
export { createLibp2pTransport, type NetworkInit, type NetworkLog } from './transport.ts';
