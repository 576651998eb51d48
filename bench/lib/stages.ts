import type { Community } from '../../app/main/node/community.ts';

/** The times of one stage of live posts on one node, summed over posts, in milliseconds. */
export interface Stage {
  posts: number;
  /** Processor time of the main thread. */
  runMs: number;
  /** From its begin to its end, for each post of a batch. */
  tookMs: number;
}

export const STAGES = ['wire', 'verify', 'judge', 'store', 'tell'] as const;
export type Stages = Record<(typeof STAGES)[number], Stage>;

/** The clock that all processes of one machine share, in milliseconds with fractions. */
export const now = (): number => performance.timeOrigin + performance.now();

const SENT = Buffer.from('sent at ');

/** When a post says that it was written; null for other events. */
export function sentAt(bytes: Uint8Array): number | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = buffer.indexOf(SENT);
  return at < 0
    ? null
    : Number.parseFloat(buffer.toString('latin1', at + SENT.length, at + SENT.length + 20));
}

/**
 * Measures the stages through which posts of others pass from now on: from being written to their arrival, signatures
 * and rules, the models, the transaction with all projections, and the listeners.
 */
export function measureStages({ log, moderation }: Community): Stages {
  const stages = Object.fromEntries(
    STAGES.map((name) => [name, { posts: 0, runMs: 0, tookMs: 0 }]),
  ) as Stages;
  const ran = <T>(stage: Stage, work: () => T): T => {
    const before = process.threadCpuUsage();
    const result = work();
    const { user, system } = process.threadCpuUsage(before);
    stage.runMs += (user + system) / 1000;
    return result;
  };
  const took = (stage: Stage, posts: number, startedAt: number) => {
    stage.posts += posts;
    stage.tookMs += (now() - startedAt) * posts;
  };
  const { holds } = moderation;
  const [vet, prepared, keep, tell] = [
    log.vet.bind(log),
    log.prepared.bind(log),
    log.keep.bind(log),
    holds.tell.bind(holds),
  ];
  let telling = 0;
  log.vet = async (sealed, takes) => {
    const startedAt = now();
    for (const { bytes } of sealed) {
      const sent = sentAt(bytes);
      if (sent !== null) took(stages.wire, 1, sent);
    }
    const vetted = await ran(stages.verify, () => vet(sealed, takes));
    took(stages.verify, sealed.length, startedAt);
    return vetted;
  };
  log.prepared = async (candidates, origin) => {
    const startedAt = now();
    const found = await ran(stages.judge, () => prepared(candidates, origin));
    took(stages.judge, candidates.length, startedAt);
    return found;
  };
  log.keep = (...input) => {
    const startedAt = now();
    const told = telling;
    const verdicts = ran(stages.store, () => keep(...input));
    // Listeners are called within.
    stages.store.runMs -= telling - told;
    took(stages.store, verdicts.stored, startedAt);
    return verdicts;
  };
  holds.tell = () => {
    const before = stages.tell.runMs;
    const startedAt = now();
    ran(stages.tell, tell);
    telling += stages.tell.runMs - before;
    took(stages.tell, 1, startedAt);
  };
  return stages;
}
