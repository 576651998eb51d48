import { openMembers, withMembers, type CaughtUp } from './lib/fleet.ts';
import { rate } from './lib/numbers.ts';
import { peerRate } from './lib/peers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const EVENTS = 20_000;
const THREADS = 100;
const ORBITDB_EVENTS = 500;

/** A second process fetches 20,000 events over TCP until they are in its board tables. */
export async function catchup(): Promise<Report> {
  const { shownMs } = await run({ models: 'nobody', trust: false });
  const judged = await run({ models: 'others', trust: false });
  const trusted = await run({ models: 'all', trust: true });
  const own = rate(EVENTS, shownMs);
  const hypercore = await peerRate('hypercore', 'catchup', EVENTS);
  const orbitdb = await peerRate('orbitdb', 'catchup', ORBITDB_EVENTS);
  return {
    figures: [
      {
        name: 'catch-up until readable',
        value: own,
        unit: 'events/s',
        beside: { name: 'hypercore', value: hypercore },
        target: { least: 5 * hypercore },
      },
      {
        name: 'catch-up until readable, beside OrbitDB',
        value: own,
        unit: 'events/s',
        beside: { name: 'OrbitDB', value: orbitdb },
        target: { least: 100 * orbitdb },
      },
      { name: 'catch-up until readable, goal', value: own, unit: 'events/s', target: { least: 20_000 } },
      { name: 'with the models: until stored', value: rate(EVENTS, judged.storedMs), unit: 'events/s' },
      { name: 'with the models: until readable', value: rate(EVENTS, judged.shownMs), unit: 'events/s' },
      {
        name: 'with the judgements of a trusted node: until stored',
        value: rate(EVENTS, trusted.storedMs),
        unit: 'events/s',
      },
      {
        name: 'with the judgements of a trusted node: until readable',
        value: rate(EVENTS, trusted.shownMs),
        unit: 'events/s',
      },
    ],
    notes: [
      `${EVENTS} events of about 400 bytes over libp2p with noise on 127.0.0.1, both processes on this machine; hypercore replicates the same number of blocks of 400 bytes, OrbitDB ${ORBITDB_EVENTS} entries of 300 bytes. OrbitDB’s reader is asked for its whole log every 100 ms, which takes time and grows with the number of entries, so its rate here is too low rather than too high. Without “with the models”, every text is judged harmless at once; with them, one thread judges, as in a node on two cores. In both cases nobody else’s judgements are taken over. A trusted node has judged everything before; of its judgements, one in 32 is compared with an own one.`,
    ],
  };
}

function run(judging: Parameters<typeof openMembers>[2]): Promise<CaughtUp> {
  return withScratch((scratch) =>
    withMembers(2, async (members) => {
      const [first, second] = [members[0]!, members[1]!];
      await openMembers(members, scratch, judging);
      await first.ask({ kind: 'fill', count: EVENTS - THREADS, textBytes: 200 });
      const link = await first.ask<string>({ kind: 'invite', uses: 1 });
      await second.ask({ kind: 'join', link });
      return second.ask<CaughtUp>({ kind: 'startAndCatchUp', posts: EVENTS });
    }),
  );
}
