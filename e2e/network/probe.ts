import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, isIPv6 } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * A program that hosts of the lab run to test the lab itself, without the product: `probe.ts COMMAND
 * ARGUMENT...`. It answers in lines of JSON.
 */

/** How long a probe waits for what may never arrive. */
const PATIENCE_MS = 1_000;
const PACE_MS = 20;
const NAT_PMP_PORT = 5351;

const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const place = ({ address, port }: { address: string; port: number }) => `${address}:${port}`;

/** Tells callers by TCP and senders by UDP how their address looks from here, until killed. */
async function serve(port: number): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(socket.remoteAddress ?? '');
  });
  server.listen(port, '::');
  const socket = createSocket({ type: 'udp6' });
  socket.on('message', (_bytes, from) =>
    socket.send(place(from).replace('::ffff:', ''), from.port, from.address),
  );
  socket.bind(port);
  await Promise.all([once(server, 'listening'), once(socket, 'listening')]);
  say('ready');
}

/** Dials by TCP: answers with what the other side says, or an error's code. */
function dial(host: string, port: number): void {
  const socket = connect({ host, port, signal: AbortSignal.timeout(PATIENCE_MS) });
  let heard = '';
  socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
  socket.once('error', (error) => say({ failed: 'code' in error ? error.code : error.message }));
  socket.once('end', () => say({ heard: heard.replace('::ffff:', '') }));
}

/** Sends `count` datagrams to a server and says how many were answered, and with what the last one. */
async function ask(host: string, port: number, count: number, localPort = 0): Promise<void> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  let heard = '';
  let answers = 0;
  socket.on('message', (bytes) => {
    answers++;
    heard = bytes.toString();
  });
  socket.bind(localPort);
  await once(socket, 'listening');
  for (let sent = 0; sent < count; sent++) {
    socket.send('?', port, host);
    if (sent % 10 === 9) await pause(2);
  }
  for (let waited = 0; waited < PATIENCE_MS && answers < count; waited += PACE_MS) await pause(PACE_MS);
  socket.close();
  say({ answers, heard });
}

/**
 * Punches a hole: asks a server how its port looks from outside and prints that, reads the peer's address,
 * then sends until each side knows that the other hears it. It replies to the address that datagrams come
 * from, even if that is not the one it was told, as ICE does (RFC 8445, section 7.3.1.3).
 */
async function punch(port: number, server: string, serverPort: number): Promise<void> {
  const socket = createSocket('udp4');
  let self = '';
  let peer: { address: string; port: number } | null = null;
  let heard = false;
  let understood = false;
  socket.on('message', (bytes, from) => {
    if (from.address === server) {
      if (self === '') say({ self: (self = bytes.toString()) });
      return;
    }
    heard = true;
    understood ||= bytes.toString() === 'heard';
    peer = from;
  });
  socket.bind(port);
  await once(socket, 'listening');
  socket.send('?', serverPort, server);
  const lines = createInterface({ input: process.stdin });
  const [line] = await once(lines, 'line');
  const [address = '', peerPort] = String(line).split(':');
  peer = { address, port: Number(peerPort) };
  for (let waited = 0; waited < PATIENCE_MS; waited += PACE_MS) {
    socket.send(heard ? 'heard' : 'hello', peer.port, peer.address);
    await pause(PACE_MS);
  }
  lines.close();
  socket.close();
  say({ connected: heard && understood });
}

/** Asks a gateway by NAT-PMP (RFC 6886, sections 3.2 and 3.3) for its outer address, or to map a TCP port. */
async function natPmp(gateway: string, tcpPort: number | null): Promise<void> {
  const request = Buffer.alloc(tcpPort === null ? 2 : 12);
  if (tcpPort !== null) {
    request.writeUInt8(2, 1);
    request.writeUInt16BE(tcpPort, 4);
    request.writeUInt16BE(tcpPort, 6);
    request.writeUInt32BE(600, 8);
  }
  const socket = createSocket('udp4');
  socket.send(request, NAT_PMP_PORT, gateway);
  try {
    const [bytes] = (await once(socket, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [Buffer];
    const result = bytes.readUInt16BE(2);
    if (tcpPort === null) say({ result, address: [...bytes.subarray(8, 12)].join('.') });
    else say({ result, port: result === 0 ? bytes.readUInt16BE(10) : 0 });
  } catch {
    say({ failed: 'silent' });
  }
  socket.close();
}

const [command, ...args] = process.argv.slice(2);
const text = (index: number) => args[index] ?? '';
const number = (index: number) => Number(args[index]);
if (command === 'serve') await serve(number(0));
else if (command === 'dial') dial(text(0), number(1));
else if (command === 'ask') await ask(text(0), number(1), number(2), Number(args[3] ?? 0));
else if (command === 'punch') await punch(number(0), text(1), number(2));
else if (command === 'nat-pmp') await natPmp(text(0), args.length > 1 ? number(1) : null);
else throw new Error(`No probe is called ${command}.`);
