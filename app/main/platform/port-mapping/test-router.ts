import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../kernel/clock.ts';
import type { Router } from './router.ts';

const ADDRESS = '127.0.0.1';
/** A result code of the protocol, 0 for success; or no answer, or malformed bytes. */
type Manner = number | 'silent' | 'garbage';

export interface FakeMapping {
  readonly by: 'pcp' | 'nat-pmp' | 'upnp';
  readonly externalPort: number;
}

/**
 * A router on loopback with PCP and NAT-PMP on one UDP port and UPnP on another, each with the behaviour that
 * a test sets. It encodes its bytes independently of the clients, to check theirs.
 */
export class FakeRouter {
  pcp: Manner = 'silent';
  natPmp: Manner = 'silent';
  /** An error code of AddPortMapping, 0 for success. */
  upnp: number | 'silent' = 'silent';
  /** External ports taken by another machine, whatever the behaviour. */
  readonly taken = new Set<number>();
  onlyPermanentLeases = false;
  /** The description’s address in answers to a UPnP search; by default on this router. */
  location: string | null = null;
  externalAddress = '198.18.0.7';
  lifetimeSeconds = 120;
  /** By protocol and internal port, for example `tcp 4001`. */
  readonly mappings = new Map<string, FakeMapping>();
  /** All requests, the oldest first, for example `pcp map tcp 4001`. */
  readonly asked: string[] = [];
  /** Called with each request before it is answered. */
  onRequest: (request: string) => void = () => {};

  readonly #mapping: Socket = createSocket('udp4');
  readonly #ssdp: Socket = createSocket('udp4');
  readonly #http: Server = createServer();
  readonly #clock: Clock;
  #startedAtMs: number;
  #announcePort = 0;

  private constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = clock.now() - 1_000_000;
  }

  static async start(clock: Clock): Promise<FakeRouter> {
    const router = new FakeRouter(clock);
    await router.#listen();
    return router;
  }

  /** The router that a mapper's `findRouter` resolves to. */
  get place(): Router {
    return {
      address: ADDRESS,
      mappingPort: this.#mapping.address().port,
      announcePort: this.#announcePort,
      ssdpPort: this.#ssdp.address().port,
    };
  }

  /** Drops all mappings and resets its epoch to zero. */
  restart(): void {
    this.mappings.clear();
    this.#startedAtMs = this.#clock.now();
  }

  /** Announces a restart as in RFC 6887 section 14.1. */
  announce(): void {
    const bytes = Buffer.alloc(24);
    bytes.set([2, 0x80]);
    bytes.writeUInt32BE(this.#epochSeconds(), 8);
    this.#mapping.send(bytes, this.#announcePort, ADDRESS);
  }

  async close(): Promise<void> {
    this.#mapping.close();
    this.#ssdp.close();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }

  async #listen(): Promise<void> {
    this.#mapping.on('message', (bytes, sender) => {
      const answer = bytes[0] === 2 ? this.#answerPcp(bytes) : this.#answerNatPmp(bytes);
      if (answer !== null) this.#mapping.send(answer, sender.port, sender.address);
    });
    this.#ssdp.on('message', (bytes, sender) => {
      if (this.upnp === 'silent') return;
      const target = /^ST: (.+)$/m.exec(bytes.toString())?.[1]?.trim();
      const answer = `HTTP/1.1 200 OK\r\nST: ${target}\r\nLOCATION: ${this.location ?? this.#url()}\r\n\r\n`;
      this.#ssdp.send(answer, sender.port, sender.address);
    });
    this.#http.on('request', async (request, response) => {
      if (this.upnp === 'silent') return;
      let body = '';
      for await (const chunk of request) body += chunk;
      const { status, xml } = request.method === 'GET' ? this.#describe() : this.#answerUpnp(body);
      response.writeHead(status, { 'Content-Type': 'text/xml' }).end(xml);
    });
    this.#mapping.bind(0, ADDRESS);
    this.#ssdp.bind(0, ADDRESS);
    this.#http.listen(0, ADDRESS);
    await Promise.all([
      once(this.#mapping, 'listening'),
      once(this.#ssdp, 'listening'),
      once(this.#http, 'listening'),
    ]);
    this.#announcePort = await freePort();
  }

  #answerPcp(request: Buffer): Buffer | null {
    const key = `${request[36] === 6 ? 'tcp' : 'udp'} ${request.readUInt16BE(40)}`;
    const lifetime = this.#take('pcp', key, request.readUInt32BE(4), request.readUInt16BE(42), this.pcp);
    if (this.pcp === 'silent') return null;
    if (this.pcp === 'garbage') return Buffer.from(request.map((byte) => byte ^ 0x55));
    // RFC 6886 section 3.5: a router that supports only NAT-PMP answers in version 0.
    if (this.pcp === 1) return Buffer.from([0, 0x81, 0, 1, 0, 0, 0, 9]);
    const answer = Buffer.alloc(60);
    answer.set([2, 0x81, 0, this.pcp]);
    answer.writeUInt32BE(lifetime, 4);
    answer.writeUInt32BE(this.#epochSeconds(), 8);
    request.copy(answer, 24, 24, 42);
    answer.writeUInt16BE(this.mappings.get(key)?.externalPort ?? 0, 42);
    answer.fill(0xff, 54, 56);
    answer.set(this.externalAddress.split('.').map(Number), 56);
    return answer;
  }

  #answerNatPmp(request: Buffer): Buffer | null {
    const opcode = request[1] ?? 0;
    if (opcode === 0) this.#note('nat-pmp address');
    const key = opcode === 0 ? '' : `${opcode === 2 ? 'tcp' : 'udp'} ${request.readUInt16BE(4)}`;
    const [port, asked] = opcode === 0 ? [0, 0] : [request.readUInt16BE(6), request.readUInt32BE(8)];
    const lifetime = opcode === 0 ? 0 : this.#take('nat-pmp', key, asked, port, this.natPmp);
    if (this.natPmp === 'silent') return null;
    if (this.natPmp === 'garbage') return Buffer.from('what?');
    const answer = Buffer.alloc(opcode === 0 ? 12 : 16);
    answer.set([0, 0x80 | opcode, 0, this.natPmp]);
    answer.writeUInt32BE(this.#epochSeconds(), 4);
    if (opcode === 0) answer.set(this.externalAddress.split('.').map(Number), 8);
    else {
      request.copy(answer, 8, 4, 6);
      answer.writeUInt16BE(this.mappings.get(key)?.externalPort ?? 0, 10);
      answer.writeUInt32BE(lifetime, 12);
    }
    return answer;
  }

  #answerUpnp(body: string): { status: number; xml: string } {
    const field = (name: string) => new RegExp(`<New${name}>(.*?)</`).exec(body)?.[1] ?? '';
    if (body.includes('GetExternalIPAddress')) {
      this.#note('upnp address');
      return {
        status: 200,
        xml: `<s:Body><NewExternalIPAddress>${this.externalAddress}</NewExternalIPAddress></s:Body>`,
      };
    }
    const externalPort = Number(field('ExternalPort'));
    const protocol = field('Protocol').toLowerCase();
    if (body.includes('DeletePortMapping')) {
      this.#note(`upnp unmap ${protocol} ${externalPort}`);
      for (const [key, mapping] of this.mappings) {
        if (mapping.externalPort === externalPort && key.startsWith(protocol)) this.mappings.delete(key);
      }
      return { status: 200, xml: '<s:Body/>' };
    }
    const key = `${protocol} ${field('InternalPort')}`;
    this.#note(`upnp map ${key} for ${field('LeaseDuration')}`);
    const conflict = this.taken.has(externalPort) ? 718 : 0;
    const permanent = this.onlyPermanentLeases && field('LeaseDuration') !== '0' ? 725 : 0;
    const code = Number(this.upnp) || conflict || permanent;
    if (code !== 0) return { status: 500, xml: `<UPnPError><errorCode>${code}</errorCode></UPnPError>` };
    this.mappings.set(key, { by: 'upnp', externalPort });
    return { status: 200, xml: '<s:Body/>' };
  }

  #describe(): { status: number; xml: string } {
    const type = 'urn:schemas-upnp-org:service:WANIPConnection:1';
    const service = `<serviceType>${type}</serviceType><controlURL>/control</controlURL>`;
    return { status: 200, xml: `<root><service>${service}</service></root>` };
  }

  /** Records the request and, if it succeeds, makes or removes the mapping; returns its lifetime. */
  #take(by: 'pcp' | 'nat-pmp', key: string, lifetime: number, port: number, manner: Manner): number {
    this.#note(`${by} ${lifetime === 0 ? 'unmap' : 'map'} ${key}`);
    if (manner !== 0) return 0;
    if (lifetime === 0) {
      this.mappings.delete(key);
      return 0;
    }
    this.mappings.set(key, { by, externalPort: this.taken.has(port) ? port + 1 : port });
    return Math.min(lifetime, this.lifetimeSeconds);
  }

  #note(request: string): void {
    this.asked.push(request);
    this.onRequest(request);
  }

  #epochSeconds(): number {
    return Math.floor((this.#clock.now() - this.#startedAtMs) / 1000);
  }

  #url(): string {
    const { port } = this.#http.address() as AddressInfo;
    return `http://${ADDRESS}:${port}/root.xml`;
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, ADDRESS);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
