import { Problem, type ProblemFields } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Sfu, SfuRoom, TransportStats, WorkerLoad } from '../../calls/ports.ts';
import { problem } from './problems.ts';
import { MemorySfuRoom } from './sfu-room.ts';

/** An SFU without media for tests and simulated worlds, with handles on what media would do. */
export interface MemorySfu extends Sfu {
  /** Makes it impossible to open rooms, as if the worker were missing; null ends that. */
  fail(trouble: ProblemFields | null): void;
  /** A worker dies with all its rooms. */
  kill(pid: number): void;
  /** Participants are heard in the room of these producers, the loudest first. An empty list is silence in all rooms. */
  hear(levels: readonly { readonly producer: string; readonly level: number }[]): void;
  /** Sets the measurements of a connection from now on. */
  measure(transport: string, stats: TransportStats): void;
  /** The connection of a browser is lost, as when its network ends. */
  cut(transport: string): void;
  /** The quality in which a producer arrives, from 0 to 10. */
  score(producer: string, score: number): void;
  /** The paused and preferred state of a consumer, as a browser would see it; null if there is none. */
  forwarded(consumer: string): { readonly paused: boolean; readonly layer: number | null } | null;
}

/** @param workers at most how many run; rooms are spread over them. */
export function createMemorySfu({ clock, workers = 1 }: { clock: Clock; workers?: number }): MemorySfu {
  const rooms = new Set<MemorySfuRoom>();
  const pids: number[] = [];
  let trouble: ProblemFields | null = null;
  let stopped = false;
  let ids = 0;
  let nextPid = 1;
  const roomsOf = (pid: number) => [...rooms].filter((room) => room.pid === pid);
  const place = (): number => {
    const free = pids.find((pid) => roomsOf(pid).length === 0);
    if (free !== undefined) return free;
    if (pids.length < Math.max(1, workers)) {
      pids.push(nextPid);
      return nextPid++;
    }
    return pids.toSorted((a, b) => roomsOf(a).length - roomsOf(b).length)[0]!;
  };
  const first = <T>(of: (room: MemorySfuRoom) => T | undefined): T | undefined => {
    for (const room of rooms) {
      const found = of(room);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    trouble: () => (stopped ? problem.fields('sfu-stopped') : trouble),
    async open(): Promise<SfuRoom> {
      if (stopped) throw problem('sfu-stopped');
      if (trouble !== null) throw Problem.of(trouble);
      const room = new MemorySfuRoom({
        pid: place(),
        clock,
        id: (kind) => `${kind}-${++ids}`,
        closed: () => rooms.delete(room),
      });
      rooms.add(room);
      return room;
    },
    async loads(): Promise<WorkerLoad[]> {
      return pids.map((pid) => {
        const tallies = roomsOf(pid).map((room) => room.tally());
        const sum = (of: 'transports' | 'producers' | 'consumers') =>
          tallies.reduce((total, tally) => total + tally[of], 0);
        return {
          pid,
          cpu: 0,
          rooms: tallies.length,
          transports: sum('transports'),
          producers: sum('producers'),
          consumers: sum('consumers'),
        };
      });
    },
    async stop() {
      stopped = true;
      for (const room of rooms) room.close();
      pids.length = 0;
    },
    fail(fields) {
      trouble = fields;
    },
    kill(pid) {
      const at = pids.indexOf(pid);
      if (at !== -1) pids.splice(at, 1);
      for (const room of roomsOf(pid)) room.lose();
    },
    hear(levels) {
      for (const room of rooms) room.hear(levels.filter(({ producer }) => room.producers.has(producer)));
    },
    measure(transport, stats) {
      first((room) => room.transports.get(transport))?.measure(stats);
    },
    cut(transport) {
      first((room) => room.transports.get(transport))?.cut();
    },
    score(producer, score) {
      first((room) => room.producers.get(producer))?.score(score);
    },
    forwarded(consumer) {
      const found = first((room) => room.consumer(consumer));
      return found === undefined ? null : { paused: found.paused, layer: found.layer };
    },
  };
}
