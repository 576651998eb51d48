import { join } from 'node:path';
import { openBenchNode } from './lib/node.ts';
import { rate } from './lib/numbers.ts';
import { peerRate } from './lib/peers.ts';
import { PostDrafts } from './lib/posts.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const APPENDS = 10_000;
const SYNCED_APPENDS = 1000;
const ORBITDB_APPENDS = 500;

/** Signed posts one by one, each durable and projected when its call returns. */
export async function append(): Promise<Report> {
  const own = await appendRate('crash', APPENDS);
  const synced = await appendRate('power-cut', SYNCED_APPENDS);
  const hypercore = await peerRate('hypercore', 'append', APPENDS);
  const orbitdb = await peerRate('orbitdb', 'append', ORBITDB_APPENDS);
  return {
    figures: [
      {
        name: 'append one by one, durable against SIGKILL',
        value: own,
        unit: '/s',
        beside: { name: 'hypercore', value: hypercore },
        target: { least: hypercore },
      },
      {
        name: 'append one by one, beside OrbitDB',
        value: own,
        unit: '/s',
        beside: { name: 'OrbitDB', value: orbitdb },
        target: { least: 20 * orbitdb },
      },
      { name: 'append one by one, with a disk flush each', value: synced, unit: '/s' },
    ],
    notes: [
      'Own appends are signed, stored in SQLite and projected into the board tables; hypercore signs its tree and stores blocks of 400 bytes, OrbitDB stores entries of 300 bytes.',
    ],
  };
}

function appendRate(durability: 'crash' | 'power-cut', count: number): Promise<number> {
  return withScratch(async (scratch) => {
    const node = await openBenchNode({
      directory: join(scratch, 'node'),
      name: 'mara',
      online: false,
      durability,
    });
    const community = await node.found();
    const drafts = new PostDrafts(community, node.signer, 200);
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      const { kind, body } = drafts.reply(index);
      community.log.append(node.signer, kind, body);
    }
    const elapsedMs = performance.now() - start;
    await node.stop();
    return rate(count, elapsedMs);
  });
}
