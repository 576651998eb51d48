import type { HealthProbe } from './ports.ts';
import type { Health } from '../../contract/node.ts';
import { every, type Clock } from '../kernel/clock.ts';

/** How often a sample is taken while somebody watches, and while nobody does. */
const SAMPLE_MS = 2000;
const REST_MS = 30_000;

interface HealthInit {
  readonly clock: Clock;
  readonly probe: HealthProbe;
  readonly databaseBytes: () => number;
  /** Whether somebody watches the figures now. */
  readonly isWatched: () => boolean;
  /** Bytes since the start. */
  readonly traffic: () => { readonly sentBytes: number; readonly receivedBytes: number };
}

/** The health of the node, sampled every two seconds while somebody watches; an idle node rests. */
export class HealthSampler {
  readonly #init: HealthInit;
  readonly #watchers = new Set<(health: Health) => void>();
  #last: { at: number; cpuMs: number; sentBytes: number; receivedBytes: number };
  #health: Health;

  constructor(init: HealthInit) {
    this.#init = init;
    this.#last = { at: init.clock.now(), cpuMs: init.probe.cpuMs(), ...init.traffic() };
    this.#health = {
      cpu: 0,
      memoryBytes: init.probe.memoryBytes(),
      memoryTotalBytes: init.probe.memoryTotalBytes(),
      diskUsedBytes: 0,
      diskFreeBytes: 0,
      databaseBytes: init.databaseBytes(),
      loopDelayMs: 0,
      sentBytesPerSecond: 0,
      receivedBytesPerSecond: 0,
    };
  }

  /** Starts sampling; returns how to stop. */
  start(): () => void {
    void this.sample();
    const stop = every(this.#init.clock, SAMPLE_MS, () => this.#look());
    return () => {
      stop();
      this.#init.probe.close();
    };
  }

  async #look(): Promise<void> {
    const { clock, probe, isWatched } = this.#init;
    const watched = isWatched();
    probe.watchLoop(watched);
    if (watched || clock.now() - this.#last.at >= REST_MS) await this.sample();
  }

  current(): Health {
    return this.#health;
  }

  watch(watcher: (health: Health) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Takes one sample now. If the disk does not answer, its last figures are kept. */
  async sample(): Promise<void> {
    const { clock, probe } = this.#init;
    const { diskUsedBytes, diskFreeBytes } = this.#health;
    const disk = await probe.disk().catch(() => ({ usedBytes: diskUsedBytes, freeBytes: diskFreeBytes }));
    const now = { at: clock.now(), cpuMs: probe.cpuMs(), ...this.#init.traffic() };
    const elapsedMs = now.at - this.#last.at;
    const rate = (from: number, to: number) =>
      elapsedMs > 0 ? Math.max(0, ((to - from) * 1000) / elapsedMs) : 0;
    this.#health = {
      cpu: rate(this.#last.cpuMs, now.cpuMs) / 1000,
      memoryBytes: probe.memoryBytes(),
      memoryTotalBytes: probe.memoryTotalBytes(),
      diskUsedBytes: disk.usedBytes,
      diskFreeBytes: disk.freeBytes,
      databaseBytes: this.#init.databaseBytes(),
      loopDelayMs: probe.loopDelayMs(),
      sentBytesPerSecond: rate(this.#last.sentBytes, now.sentBytes),
      receivedBytesPerSecond: rate(this.#last.receivedBytes, now.receivedBytes),
    };
    this.#last = now;
    for (const watcher of this.#watchers) watcher(this.#health);
  }
}
