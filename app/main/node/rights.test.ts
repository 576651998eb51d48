import { expect, test } from 'vitest';
import { defaultSettings } from '../../contract/settings.ts';
import { ChatProjection } from '../chat/projection.ts';
import { chatKinds } from '../chat/index.ts';
import { makeGenesis } from '../community/index.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { silentLogger } from '../kernel/logger.ts';
import { sha256 } from '../kernel/sha256.ts';
import { soleLedger } from '../ledger/index.ts';
import { Log } from '../log/log.ts';
import { LogStore } from '../log/store.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { memoryBls, memoryBlsSigner } from '../platform/memory/bls.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { createMemoryNetwork } from '../platform/memory/network.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { memoryVoteJournal } from '../sim/vote-journals.ts';
import { foundCommunity, migrations, openCommunity, type CommunityPorts } from './community.ts';

const person = (name: string) => signerOf(sha256(Buffer.from(name)));

test('[M9] a node that was killed between a ban and its effects applies them at its next start', async () => {
  const [mara, ada] = [person('mara'), person('ada')];
  const clock = new VirtualClock(Date.UTC(2030, 0, 1));
  const network = createMemoryNetwork({ clock });
  const bls = memoryBlsSigner(mara.publicKey);
  const validator = { key: mara.publicKey, peer: 'mara', bls: bls.publicKey, pop: bls.provePossession() };
  const genesis = makeGenesis({
    name: 'Harbour',
    description: '',
    founder: mara.publicKey,
    handle: 'Mara',
    createdAt: clock.now() - 1000,
    nonce: new Uint8Array(16),
    ledger: soleLedger(validator),
  });
  const db = openDatabase(':memory:', migrations);
  foundCommunity(db, genesis, ticksOf(genesis.createdAt));
  const transport = network.transport('mara');
  await transport.start();
  const ports: CommunityPorts = {
    db,
    transport,
    network: network.view('mara', person),
    platform: 'linux',
    setNetwork: async () => {},
    clock,
    random: { bytes: (length) => new Uint8Array(length) },
    verifier: immediateVerifier,
    signer: mara,
    bls: memoryBls,
    validator: { bls, peer: 'mara' },
    voteJournal: memoryVoteJournal(),
    alone: false,
    notices: { put() {}, remove() {} },
    chunks: {
      write: async () => {},
      read: async () => null,
      remove: async () => {},
      usedBytes: async () => 0,
    },
    classifiers: memoryClassifiers(),
    logger: silentLogger,
    settings: () => defaultSettings,
  };
  const first = await openCommunity(ports, genesis);
  first.start();
  await clock.pass(100);
  const acts = [
    () => first.members.admit({ key: ada.publicKey, handle: 'ada', role: 'member' }),
    () => first.ledger.act('member.ban', { member: ada.publicKey, reason: 'flood', until: null }),
  ];
  for (const act of acts) {
    const done = act();
    await clock.pass(100);
    await done;
  }
  expect(first.log.rightsMark).toBe(2);
  await first.stop();

  // The disk as the kill left it: the ban is final, and the log was told of nothing after the first block.
  const store = new LogStore(db);
  store.setMeta('rights.mark', 1);
  const careless = new Log({
    db,
    store,
    clock,
    verifier: immediateVerifier,
    community: genesis.id,
    genesisTime: ticksOf(genesis.createdAt),
    projections: [new ChatProjection(db)],
    authority: { roleAt: () => 'member', knows: () => true },
  });
  careless.append(ada, chatKinds.say.name, { text: 'after the ban', me: false });

  const again = await openCommunity(ports, genesis);
  expect(again.log.count('content')).toBe(0);
  expect(again.chat.lines({ limit: 10 }).items).toEqual([]);
  expect(again.log.rightsMark).toBe(2);
});
