import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Stream, TICK_MS } from '../../app/main/platform/rtp/stream.ts';
import { pause } from './call-room.ts';

const PROGRAM = '/usr/bin/janus';
const ROOM = 1;
/** The stream of a remote publisher has this SSRC, as Janus demands it. */
const SSRC = 1000;
const START_MS = 10_000;

/** Whether Janus is installed, as Debian packages it. */
export const hasJanus = (): boolean => existsSync(PROGRAM);

interface Reply {
  readonly janus: string;
  readonly transaction?: string;
  readonly data?: { readonly id: number };
  readonly plugindata?: { readonly data: Record<string, unknown> };
}

/**
 * A room of Janus (VideoRoom) that forwards the sound of each to all others. Participants send plain RTP as remote publishers
 * and get SRTP as forwarders, since Janus offers no SRTP with given keys in the other direction.
 */
export class JanusRoom {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  readonly #sender = createSocket('udp4');
  #stopSending = () => {};

  /** @param ports where the receivers listen, one for each participant. */
  static async open(folder: string, ports: readonly number[]): Promise<JanusRoom> {
    const port = await freePort();
    configure(folder, port);
    const janus = spawn(PROGRAM, ['-F', folder], { stdio: 'ignore' });
    try {
      const room = new JanusRoom(janus, await connected(port));
      await room.#fill(ports);
      return room;
    } catch (error) {
      janus.kill('SIGKILL');
      throw error;
    }
  }

  private constructor(janus: ChildProcess, socket: WebSocket) {
    this.#process = janus;
    this.pid = janus.pid!;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply;
      if (reply.janus === 'ack') return;
      const { transaction = '' } = reply;
      this.#waiting.get(transaction)?.(reply);
      this.#waiting.delete(transaction);
    });
  }

  async close(): Promise<void> {
    this.#stopSending();
    this.#sender.close();
    this.#socket.close();
    const ended = new Promise((done) => this.#process.once('exit', done));
    this.#process.kill('SIGKILL');
    await ended;
  }

  async #fill(ports: readonly number[]): Promise<void> {
    const session = (await this.#ask({ janus: 'create' })).data!.id;
    const handle = (
      await this.#ask({ janus: 'attach', session_id: session, plugin: 'janus.plugin.videoroom' })
    ).data!.id;
    const message = async (body: object): Promise<Record<string, unknown>> => {
      const reply = await this.#ask({ janus: 'message', session_id: session, handle_id: handle, body });
      const data = reply.plugindata?.data ?? {};
      if ('error' in data) throw new Error(`Janus: ${String(data['error'])}`);
      return data;
    };
    await message({ request: 'create', room: ROOM, publishers: ports.length, audiocodec: 'opus' });
    const inlets: number[] = [];
    for (const [at] of ports.entries()) {
      const id = at + 1;
      const added = await message({
        request: 'add_remote_publisher',
        room: ROOM,
        id,
        display: `bot ${id}`,
        streams: [{ type: 'audio', mindex: 0, mid: '0', codec: 'opus' }],
      });
      inlets.push(Number(added['port']));
      await patiently(() =>
        message({
          request: 'rtp_forward',
          room: ROOM,
          publisher_id: id,
          host: '127.0.0.1',
          srtp_suite: 80,
          srtp_crypto: randomBytes(30).toString('base64'),
          streams: ports
            .filter((_, other) => other !== at)
            .map((port, n) => ({
              mid: '0',
              port,
              ssrc: id * 1000 + n,
            })),
        }),
      );
    }
    this.#send(inlets);
  }

  #send(inlets: readonly number[]): void {
    const streams = inlets.map((port) => ({ port, stream: new Stream(SSRC, 'audio') }));
    const startedAt = performance.now();
    let done = 0;
    const timer = setInterval(() => {
      const now = Math.floor((performance.now() - startedAt) / TICK_MS);
      while (done < now) {
        done++;
        for (const { port, stream } of streams) {
          for (const { header, payload } of stream.due(done, true)) {
            this.#sender.send(Buffer.concat([header, payload]), port, '127.0.0.1');
          }
        }
      }
    }, TICK_MS / 2);
    this.#stopSending = () => clearInterval(timer);
  }

  #ask(request: object): Promise<Reply> {
    const transaction = randomBytes(8).toString('hex');
    return new Promise((resolve) => {
      this.#waiting.set(transaction, resolve);
      this.#socket.send(JSON.stringify({ ...request, transaction }));
    });
  }
}

/** Tries again for a second: Janus registers a publisher after it has answered. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 20) throw error;
      await pause(50);
    }
  }
}

/** Only what the room needs: the VideoRoom and WebSockets on loopback. */
function configure(folder: string, port: number): void {
  mkdirSync(folder, { recursive: true });
  const base = `/usr/lib/${readdirSync('/usr/lib').find((name) => existsSync(`/usr/lib/${name}/janus`)) ?? ''}/janus`;
  const others = (kind: string, kept: string) =>
    readdirSync(join(base, kind))
      .filter((name) => name.endsWith('.so') && name !== kept)
      .join(',');
  const [plugins, transports] = [
    others('plugins', 'libjanus_videoroom.so'),
    others('transports', 'libjanus_websockets.so'),
  ];
  writeFileSync(
    join(folder, 'janus.jcfg'),
    [
      `general: { configs_folder = "${folder}"; plugins_folder = "${base}/plugins"; transports_folder = "${base}/transports"; debug_level = 3; }`,
      'nat: { ice_lite = true; }',
      `plugins: { disable = "${plugins}"; }`,
      `transports: { disable = "${transports}"; }`,
      'events: { broadcast = false; }',
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'janus.transport.websockets.jcfg'),
    `general: { ws = true; ws_port = ${port}; ws_ip = "127.0.0.1"; wss = false; }\n`,
  );
  writeFileSync(join(folder, 'janus.plugin.videoroom.jcfg'), '');
}

async function connected(port: number): Promise<WebSocket> {
  for (const until = performance.now() + START_MS; performance.now() < until; await pause(100)) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'janus-protocol');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.addEventListener('open', () => resolve(true));
      socket.addEventListener('error', () => resolve(false));
    });
    if (isOpen) return socket;
  }
  throw new Error('Janus does not answer.');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
