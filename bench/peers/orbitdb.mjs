// OrbitDB beside Impulse: `append N`, `catchup N`. The last line is JSON with events per second.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import { tcp } from '@libp2p/tcp';
import { multiaddr } from '@multiformats/multiaddr';
import { createOrbitDB } from '@orbitdb/core';
import { LevelBlockstore } from 'blockstore-level';
import { createHelia } from 'helia';
import { createLibp2p } from 'libp2p';

const [task, count, peerAddress, dbAddress] = process.argv.slice(2);
const total = Number(count);
const directory = mkdtempSync(join(tmpdir(), 'impulse-bench-orbitdb-'));
const text = (index) => `${index} `.padEnd(300, 'lorem ipsum dolor ');
const answer = (elapsedMs) => console.log(JSON.stringify({ perSecond: (total / elapsedMs) * 1000 }));

const libp2p = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) },
});
const ipfs = await createHelia({ libp2p, blockstore: new LevelBlockstore(join(directory, 'blocks')) });
const orbitdb = await createOrbitDB({ ipfs, directory: join(directory, 'orbitdb') });

if (task === 'append') {
  const db = await orbitdb.open('bench', { type: 'events' });
  const start = performance.now();
  for (let index = 0; index < total; index++) await db.add(text(index));
  answer(performance.now() - start);
} else if (task === 'catchup') {
  const db = await orbitdb.open('bench', { type: 'events' });
  for (let index = 0; index < total; index++) await db.add(text(index));
  const reader = spawn(
    process.execPath,
    [import.meta.filename, 'clone', count, String(libp2p.getMultiaddrs()[0]), String(db.address)],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  process.exitCode = await new Promise((resolve) => reader.once('exit', resolve));
} else {
  await libp2p.dial(multiaddr(peerAddress));
  const start = performance.now();
  const db = await orbitdb.open(dbAddress);
  for (let held = 0; held < total;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    held = (await db.log.values()).length;
  }
  answer(performance.now() - start);
}
rmSync(directory, { recursive: true, force: true });
process.exit();
