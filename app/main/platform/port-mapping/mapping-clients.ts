import { systemRandom } from '../../kernel/clock.ts';
import type { WantedPort } from '../../federation/ports.ts';
import { exchange } from './exchange.ts';
import * as natPmp from './nat-pmp.ts';
import * as pcp from './pcp.ts';
import { LIFETIME_SECONDS, type Grant, type Line, type RouterClient } from './router.ts';
import { problem } from './problems.ts';

/**
 * The PCP nonces of this process by port. They outlive a client: the router refuses to renew a mapping with
 * a different nonce (RFC 6887 section 11.3).
 */
export class Nonces {
  readonly #nonces = new Map<string, Uint8Array>();

  of({ protocol, port }: WantedPort): Uint8Array {
    const key = `${protocol} ${port}`;
    const nonce = this.#nonces.get(key) ?? systemRandom.bytes(pcp.NONCE_BYTES);
    this.#nonces.set(key, nonce);
    return nonce;
  }
}

/** Speaks PCP (RFC 6887, MAP opcode, IPv4). */
export function pcpClient(line: Line, nonces: Nonces): RouterClient {
  async function ask(
    wanted: WantedPort,
    externalPort: number,
    lifetimeSeconds: number,
    signal: AbortSignal,
  ): Promise<pcp.PcpAnswer & { kind: 'mapped' }> {
    const { router, localAddress: clientAddress, clock } = line;
    const request = { wanted, clientAddress, nonce: nonces.of(wanted), externalPort, lifetimeSeconds };
    const read = (bytes: Uint8Array) => pcp.decodePcpMap(bytes, request);
    const answer = await exchange(router, pcp.encodePcpMap(request), read, clock, signal);
    if (answer.kind === 'unsupported-version') throw problem('router-without-pcp');
    line.onEpoch(answer.epochSeconds);
    if (answer.kind === 'refused') throw problem('router-refused', { result: answer.result });
    return answer;
  }

  return {
    by: 'pcp',
    async map(wanted, externalPort, signal) {
      return granted(await ask(wanted, externalPort, LIFETIME_SECONDS, signal));
    },
    async unmap(wanted, _externalPort, signal) {
      await ask(wanted, 0, 0, signal);
    },
  };
}

/** Speaks NAT-PMP (RFC 6886). */
export function natPmpClient(line: Line): RouterClient {
  const { router, clock, onEpoch } = line;

  async function ask(
    wanted: WantedPort,
    externalPort: number,
    lifetimeSeconds: number,
    signal: AbortSignal,
  ): Promise<natPmp.NatPmpMapping & { kind: 'mapped' }> {
    const request = { wanted, externalPort, lifetimeSeconds };
    const read = (bytes: Uint8Array) => natPmp.decodeNatPmpMap(bytes, request);
    const answer = await exchange(router, natPmp.encodeNatPmpMap(request), read, clock, signal);
    onEpoch(answer.epochSeconds);
    if (answer.kind === 'refused') throw problem('router-refused', { result: answer.result });
    return answer;
  }

  async function externalHost(signal: AbortSignal): Promise<string | null> {
    const request = natPmp.encodeNatPmpAddress();
    const answer = await exchange(router, request, natPmp.decodeNatPmpAddress, clock, signal);
    onEpoch(answer.epochSeconds);
    if (answer.kind === 'refused') throw problem('router-refused', { result: answer.result });
    return answer.externalHost;
  }

  return {
    by: 'nat-pmp',
    async map(wanted, externalPort, signal) {
      // The address first: without one a mapping would be useless and remain.
      const host = await externalHost(signal);
      if (host === null) throw noAddress();
      return granted({ ...(await ask(wanted, externalPort, LIFETIME_SECONDS, signal)), externalHost: host });
    },
    async unmap(wanted, _externalPort, signal) {
      await ask(wanted, 0, 0, signal);
    },
  };
}

function granted(answer: Omit<Grant, 'externalHost'> & { readonly externalHost: string | null }): Grant {
  const { externalHost, externalPort, lifetimeSeconds } = answer;
  if (externalHost === null) throw noAddress();
  if (externalPort === 0 || lifetimeSeconds === 0) throw problem('router-unclear');
  return { externalHost, externalPort, lifetimeSeconds };
}

const noAddress = () => problem('router-without-address');
