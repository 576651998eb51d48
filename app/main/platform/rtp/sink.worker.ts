import { createSocket } from 'node:dgram';
import { parentPort } from 'node:worker_threads';

/** Binds a socket, tells its port, and sleeps for good, so that nothing is read. */
const socket = createSocket({ type: 'udp4', recvBufferSize: 4096 });
socket.bind(0, '127.0.0.1', () => {
  parentPort!.postMessage(socket.address().port);
  // The message leaves first.
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
