import { statSync } from 'node:fs';
import { join } from 'node:path';
import { importArchive } from '../app/main/archive/importer.ts';
import { openArchive } from '../app/main/archive/detect.ts';
import { boardsArchive } from '../app/main/boards/index.ts';
import { boardKinds } from '../app/main/boards/kinds.ts';
import { cidOf, digestOf } from '../app/main/kernel/cid.ts';
import { systemClock } from '../app/main/kernel/clock.ts';
import { ticksOf } from '../app/main/kernel/hybrid-time.ts';
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

/**
 * Real mails from an mbox into a board: parsed, threaded, signed, stored, projected and indexed for search.
 */
export async function importMails(): Promise<Report> {
  return withScratch(async (scratch) => {
    const path = join(scratch, 'mails.mbox');
    await writeMbox(path, MESSAGES);
    const { imported, elapsedMs, meanBytes } = await importInto(join(scratch, 'node'), path);
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
        { name: 'messages imported', value: imported, unit: 'messages' },
      ],
      notes: [
        `Real mails (SpamAssassin ham, repeated under new ids), ${Math.round(statSync(path).size / 1024 ** 2)} MB, events of ${Math.round(meanBytes)} bytes on average; “sign and store only” writes the same number of events of that size in batches of ${BATCH} without parsing, projections or search.`,
      ],
    };
  });
}

async function importInto(directory: string, path: string) {
  const node = await openBenchNode({ directory, name: 'mara', online: false });
  const community = await node.found();
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
  // As in a running node, the search index follows while the import waits for its parser.
  boards.start();
  const startedAt = performance.now();
  const source = await openArchive(diskFiles(), path, { format: 'mbox' });
  const { counts } = await importArchive({
    source,
    parser,
    clock: systemClock,
    known: port.known,
    sink: port.sink(board),
  });
  boards.indexAll();
  const elapsedMs = performance.now() - startedAt;
  const { mean } = node.db.prepare<{ mean: number }>('SELECT AVG(LENGTH(bytes)) AS mean FROM event').get()!;
  boards.stop();
  await source.close();
  await parser.close();
  await node.stop();
  return { imported: counts.imported, elapsedMs, meanBytes: mean };
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
