/**
 * Runs a whole community in virtual time, in a process that may kill itself: `node test-live-kill.ts FILE [STAGE]`.
 * Ines posts, Paul's node keeps its database in FILE. The same run writes the same events each time.
 */
import { existsSync } from 'node:fs';
import { toHex } from '../kernel/bytes.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { migrations } from './community.ts';
import { STAGES, type KillReport, type Stage } from './test-kill-stages.ts';
import { TestCommunity, type TestNode } from './test-community.ts';

const [file = '', stage = ''] = process.argv.slice(2);
/** Ends this process as `kill -9` does, once `when` was reached twice: in the middle of the stream. */
function killer(when: Stage): () => void {
  let reached = 0;
  return () => {
    if (stage === when && ++reached === 2) process.kill(process.pid, 'SIGKILL');
  };
}
const kill = Object.fromEntries(STAGES.map((name) => [name, killer(name)])) as Record<Stage, () => void>;

const world = new TestCommunity();
const mara = await world.person('mara');
const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
await world.admit(mara, 'ines');
await world.admit(mara, 'paul');
const ines = await world.person('ines');
await world.link(ines, mara);
const classifiers = memoryClassifiers();
const isBack = existsSync(file);
const db = isBack ? openDatabase(file, migrations) : world.database(file);

async function openPaul(): Promise<TestNode> {
  const node = await world.person('paul', {
    db,
    classifiers: {
      ...classifiers,
      judge(texts) {
        kill.judge();
        return classifiers.judge(texts);
      },
    },
  });
  hook(node);
  await world.link(node, mara);
  return node;
}

// A node that is back stays away until all is written, so that Ines does not get her own posts from it.
const first = isBack ? await world.clock.pass(3000) : await openPaul();
await world.clock.pass(3000);
for (const [index, text] of ['Calm', 'Storm [spam 0.95]', 'Fog', 'Rain [spam 0.95]', 'Sun'].entries()) {
  const subject = `Weather ${index}`;
  await ines.boards.startThread({ board: board.id, subject, text, attachments: [], askReview: true });
  await world.clock.pass(100);
}
const paul = first ?? (await openPaul());
await world.clock.pass(70_000);
const report: KillReport = {
  log: toHex(paul.log.digest()),
  state: toHex(paul.log.stateDigest()),
  shown: paul.boards.threads({ unreadOnly: false, limit: 9 }).items.map(({ subject }) => subject),
  counted: paul.boards.counts().posts,
  waiting: paul.moderation.holds.countWaiting(),
  open: paul.moderation.holds.countOpen(),
};
process.stdout.write(JSON.stringify(report));
process.exit(0);

function hook({ log, moderation, boards }: TestNode): void {
  const [vet, keep] = [log.vet.bind(log), log.keep.bind(log)];
  log.vet = (sealed, takes) => {
    if (sealed.length > 0) kill.verify();
    return vet(sealed, takes);
  };
  log.keep = (...input) => {
    kill.store();
    return keep(...input);
  };
  // Within the transaction that stores events: they are written and not yet committed.
  const settle = moderation.holds.settle.bind(moderation.holds);
  moderation.holds.settle = (items) => {
    settle(items);
    kill.transaction();
  };
  log.onCommit(() => kill.commit());
  boards.onChange(() => kill.tell());
}
