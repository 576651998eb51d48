import type { MappedPort, WantedPort } from '../../federation/ports.ts';
import { isSilence, type Grant, type RouterClient } from './router.ts';

/** A mapping that a router made. */
export interface Mapping {
  readonly client: RouterClient;
  readonly wanted: WantedPort;
  readonly grant: Grant;
}

const samePort = (a: WantedPort, b: WantedPort): boolean => a.protocol === b.protocol && a.port === b.port;

/**
 * All mappings that a router made and that were not removed, including those of protocols no longer used: two
 * protocols may share one entry of the router, so none is removed while its port is wanted.
 */
export class Mappings {
  readonly #made = new Set<Mapping>();

  /**
   * Makes or renews a mapping for each wanted port, requesting the external port it last had.
   *
   * @returns at least one mapping.
   * @throws the router's refusal if it refused all; `router-silent` at the first request without an answer.
   */
  async renew(
    client: RouterClient,
    wantedPorts: readonly WantedPort[],
    signal: AbortSignal,
  ): Promise<Mapping[]> {
    const mappings: Mapping[] = [];
    let refusal: unknown;
    for (const wanted of wantedPorts) {
      const before = [...this.#made].filter((mapping) => samePort(mapping.wanted, wanted)).at(-1);
      try {
        const grant = await client.map(wanted, before?.grant.externalPort ?? wanted.port, signal);
        const mapping = { client, wanted, grant };
        this.#replace(mapping);
        mappings.push(mapping);
      } catch (error) {
        signal.throwIfAborted();
        if (isSilence(error)) throw error;
        refusal = error;
      }
    }
    if (mappings.length === 0) throw refusal;
    return mappings;
  }

  /** Removes unwanted mappings and ignores failures, since mappings expire. */
  async takeBack(stillWanted: readonly WantedPort[], signal: AbortSignal): Promise<void> {
    const dropped = [...this.#made].filter(
      ({ wanted }) => !stillWanted.some((port) => samePort(port, wanted)),
    );
    await Promise.all(
      dropped.map(async (mapping) => {
        await mapping.client.unmap(mapping.wanted, mapping.grant.externalPort, signal).catch(() => {});
        if (!signal.aborted) this.#made.delete(mapping);
      }),
    );
  }

  /** Forgets the mappings of an unreachable router, which expire there. */
  forget(): void {
    this.#made.clear();
  }

  #replace(mapping: Mapping): void {
    for (const made of this.#made) {
      if (made.client.by === mapping.client.by && samePort(made.wanted, mapping.wanted))
        this.#made.delete(made);
    }
    this.#made.add(mapping);
  }
}

export const mappedPort = ({ client, wanted, grant }: Mapping): MappedPort => ({
  protocol: wanted.protocol,
  internalPort: wanted.port,
  externalHost: grant.externalHost,
  externalPort: grant.externalPort,
  by: client.by,
});
