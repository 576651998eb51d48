import { statSync } from 'node:fs';
import { join } from 'node:path';
import { importArchive } from '../app/main/archive/importer.ts';
import { openArchive } from '../app/main/archive/detect.ts';
import { boardsArchive } from '../app/main/boards/index.ts';
import { boardKinds } from '../app/main/boards/kinds.ts';
import { cidOf, digestOf } from '../app/main/kernel/cid.ts';
import { systemClock } from '../app/main/kernel/clock.ts';
import { ticksOf } from '../app/main/kernel/hybrid-time.ts';
import type { Community } from '../app/main/node/community.ts';
import { ClassifierPool } from '../app/main/node/classifier-pool.ts';
import { modelsFolder } from '../app/main/node/models-folder.ts';
import { sealEvent } from '../app/main/log/event.ts';
import { diskFiles } from '../app/main/platform/mail/files.ts';
import { MailParserPool } from '../app/main/platform/mail/pool.ts';
import { writeMbox } from './lib/mails.ts';
import { openBenchNode } from './lib/node.ts';
import { rate } from './lib/numbers.ts';
import { textOf } from './lib/posts.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const MESSAGES = 20_000;
const BATCH = 500;
/** The threads that judge, as in a node on two cores, and the texts that one gets at a time. */
const JUDGES = 2;
const JUDGE_BATCH = 128;

/**
 * Real mails from an mbox into a board: parsed, threaded, signed, stored, projected and indexed for search.
 */
export async function importMails(): Promise<Report> {
  return withScratch(async (scratch) => {
    const path = join(scratch, 'mails.mbox');
    await writeMbox(path, MESSAGES);
    const { imported, elapsedMs, meanBytes } = await importInto(join(scratch, 'node'), path);
    const judged = await importAndJudge(join(scratch, 'judged'), path);
    const alone = await signAndStoreRate(join(scratch, 'alone'), imported, meanBytes);
    const own = rate(imported, elapsedMs);
    return {
      figures: [
        {
          name: 'import of an mbox until searchable',
          value: own,
          unit: 'messages/s',
          beside: { name: 'sign and store only', value: alone },
          target: { least: alone / 2 },
        },
        {
          name: 'import of an mbox until searchable, goal',
          value: own,
          unit: 'messages/s',
          target: { least: 5000 },
        },
        {
          name: 'import until all is judged and shown',
          value: judged.perSecond,
          unit: 'messages/s',
          beside: { name: 'the same messages judged alone', value: judged.alonePerSecond },
          target: { least: 1200 },
        },
        { name: 'messages imported', value: imported, unit: 'messages' },
      ],
      notes: [
        `Real mails (SpamAssassin ham, repeated under new ids), ${Math.round(statSync(path).size / 1024 ** 2)} MB, events of ${Math.round(meanBytes)} bytes on average; “sign and store only” writes the same number of events of that size in batches of ${BATCH} without parsing, projections or search.`,
      ],
    };
  });
}

type BenchNode = Awaited<ReturnType<typeof openBenchNode>>;

/** Imports an archive; the search index follows while the import waits for its parser, as in a running node. */
async function importWith(node: BenchNode, community: Community, path: string): Promise<number> {
  const parser = new MailParserPool({ clock: systemClock });
  const { log, boards, files, members } = community;
  const port = boardsArchive({
    db: node.db,
    log,
    signer: node.signer,
    clock: systemClock,
    storeFile: async (bytes, name, type) => {
      const { cid, sizeBytes } = await files.put(bytes, name, type);
      return { cid: digestOf(cid), name, type, size: sizeBytes };
    },
    readFile: async (digest) => (await files.get(cidOf(digest))).bytes,
    handleOf: (author) => members.person(author).handle,
  });
  const board = digestOf(boards.list()[0]!.id);
  const source = await openArchive(diskFiles(), path, { format: 'mbox' });
  const { counts } = await importArchive({
    source,
    parser,
    clock: systemClock,
    known: port.known,
    sink: port.sink(board),
  });
  boards.indexAll();
  await source.close();
  await parser.close();
  return counts.imported;
}

async function importInto(directory: string, path: string) {
  const node = await openBenchNode({ directory, name: 'mara', online: false });
  const community = await node.found();
  community.boards.start();
  const startedAt = performance.now();
  const imported = await importWith(node, community, path);
  const elapsedMs = performance.now() - startedAt;
  const { mean } = node.db.prepare<{ mean: number }>('SELECT AVG(LENGTH(bytes)) AS mean FROM event').get()!;
  community.boards.stop();
  await node.stop();
  return { imported, elapsedMs, meanBytes: mean };
}

/** Imports and waits until the models have judged everything, then judges the same texts without a node. */
async function importAndJudge(directory: string, path: string) {
  const node = await openBenchNode({ directory, name: 'mara', online: false, models: true, judges: JUDGES });
  const community = await node.found();
  community.start();
  const { holds } = community.moderation;
  const startedAt = performance.now();
  const imported = await importWith(node, community, path);
  while (holds.countWaiting() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const perSecond = rate(imported, performance.now() - startedAt);
  const rows = node.db.prepare<{ n: number }>(
    "SELECT seq AS n FROM event WHERE kind LIKE 'thread.%' OR kind LIKE 'post.%'",
  );
  const texts = rows.all().flatMap(({ n }) => holds.item(n)?.text ?? []);
  await node.stop();
  return { perSecond, alonePerSecond: await judgeRate(texts) };
}

async function judgeRate(texts: readonly string[]): Promise<number> {
  const classifiers = new ClassifierPool({ clock: systemClock, folder: modelsFolder(), workers: JUDGES });
  await classifiers.judge(['hello']);
  const startedAt = performance.now();
  let next = 0;
  const stream = async () => {
    while (next < texts.length) {
      const from = next;
      next += JUDGE_BATCH;
      await classifiers.judge(texts.slice(from, next));
    }
  };
  await Promise.all(Array.from({ length: classifiers.lanes }, stream));
  const perSecond = rate(texts.length, performance.now() - startedAt);
  await classifiers.close();
  return perSecond;
}

async function signAndStoreRate(directory: string, count: number, meanBytes: number): Promise<number> {
  const node = await openBenchNode({ directory, name: 'mara', online: false });
  const { log, genesis, boards } = await node.found();
  const board = digestOf(boards.list()[0]!.id);
  const startedAt = performance.now();
  const firstTime = ticksOf(systemClock.now());
  for (let index = 0; index < count; index += BATCH) {
    node.db.transaction(() => {
      for (let at = index; at < Math.min(count, index + BATCH); at++) {
        const event = sealEvent(
          {
            community: genesis.id,
            author: node.signer.publicKey,
            time: firstTime + at,
            parents: log.store.headsOf(node.signer.publicKey, 1),
            kind: boardKinds.start.name,
            body: {
              board,
              subject: 's',
              text: textOf(at, Math.max(1, meanBytes - 260)),
              format: 'plain',
              attachments: [],
            },
          },
          node.signer,
        );
        log.store.insert(event, 'content', true);
      }
      log.store.settle();
    });
  }
  const elapsedMs = performance.now() - startedAt;
  await node.stop();
  return rate(count, elapsedMs);
}
