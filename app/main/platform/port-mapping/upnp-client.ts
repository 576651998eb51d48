import { systemRandom, type Clock } from '../../kernel/clock.ts';
import type { WantedPort } from '../../federation/ports.ts';
import { httpRequest } from './http.ts';
import {
  encodeCall,
  FAULT,
  readDescription,
  readExternalAddress,
  readFault,
  type IgdService,
} from './igd.ts';
import { LIFETIME_SECONDS, type Grant, type Line, type RouterClient } from './router.ts';
import { search } from './ssdp.ts';
import { problem } from './problems.ts';

/** The description in the router's list of mappings. */
const DESCRIPTION = 'Impulse Console';
/** External ports tried if one is taken on the router. */
const PORT_TRIES = 4;

/**
 * Looks for the router's UPnP service and resolves to a client of it.
 *
 * @throws Problem `router-silent`, or `router-refused` for a router without an external address.
 */
export async function findUpnpClient(line: Line, signal: AbortSignal): Promise<RouterClient> {
  const { router, localAddress, clock } = line;
  const location = await search(router, localAddress, clock, signal);
  const description = await httpRequest(location, null, clock, signal);
  for (const service of readDescription(description.body, location)) {
    // A router may list a service for each kind of line; the active one has an address.
    if ((await externalAddress(service, clock, signal)) !== null) {
      return new UpnpClient(service, localAddress, clock);
    }
  }
  throw problem('router-without-address');
}

/** A client for UPnP IGD, version 1 or 2, IPv4. */
class UpnpClient implements RouterClient {
  readonly by = 'upnp';
  readonly #service: IgdService;
  readonly #localAddress: string;
  readonly #clock: Clock;
  /** Version 1 routers may support only permanent mappings. */
  #leaseSeconds = LIFETIME_SECONDS;

  constructor(service: IgdService, localAddress: string, clock: Clock) {
    this.#service = service;
    this.#localAddress = localAddress;
    this.#clock = clock;
  }

  async map(wanted: WantedPort, externalPort: number, signal: AbortSignal): Promise<Grant> {
    const externalHost = await externalAddress(this.#service, this.#clock, signal);
    if (externalHost === null) throw problem('router-without-address');
    let port = externalPort;
    for (let tries = 1; ; tries += 1) {
      const fault = await this.#call('AddPortMapping', signal, {
        NewRemoteHost: '',
        NewExternalPort: port,
        NewProtocol: wanted.protocol.toUpperCase(),
        NewInternalPort: wanted.port,
        NewInternalClient: this.#localAddress,
        NewEnabled: 1,
        NewPortMappingDescription: DESCRIPTION,
        NewLeaseDuration: this.#leaseSeconds,
      });
      if (fault === null) break;
      if (fault.code === FAULT.onlyPermanentLeases && this.#leaseSeconds !== 0) this.#leaseSeconds = 0;
      else if (isPortTaken(fault.code) && tries < PORT_TRIES) port = randomPort();
      else throw problem('router-upnp-fault', { fault: `${fault.code} ${fault.description}`.trim() });
    }
    return { externalHost, externalPort: port, lifetimeSeconds: this.#leaseSeconds || Infinity };
  }

  async unmap(wanted: WantedPort, externalPort: number, signal: AbortSignal): Promise<void> {
    await this.#call('DeletePortMapping', signal, {
      NewRemoteHost: '',
      NewExternalPort: externalPort,
      NewProtocol: wanted.protocol.toUpperCase(),
    });
  }

  async #call(action: string, signal: AbortSignal, values: Readonly<Record<string, string | number>>) {
    const answer = await callService(this.#service, action, values, this.#clock, signal);
    if (answer.status === 200) return null;
    return readFault(answer.body) ?? { code: answer.status, description: 'HTTP status' };
  }
}

async function externalAddress(
  service: IgdService,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | null> {
  const answer = await callService(service, 'GetExternalIPAddress', {}, clock, signal);
  return answer.status === 200 ? readExternalAddress(answer.body) : null;
}

function callService(
  { type, controlUrl }: IgdService,
  action: string,
  values: Readonly<Record<string, string | number>>,
  clock: Clock,
  signal: AbortSignal,
) {
  const call = { action: `${type}#${action}`, body: encodeCall(type, action, values) };
  return httpRequest(controlUrl, call, clock, signal);
}

const isPortTaken = (code: number): boolean => code === FAULT.conflict || code === FAULT.actionFailed;

/** One of the 16,384 dynamic ports, which no system service uses: RFC 6335 section 6. */
function randomPort(): number {
  const [high = 0, low = 0] = systemRandom.bytes(2);
  return 49_152 + (((high << 8) | low) & 0x3fff);
}
