import { boardsArchive, type Boards } from '../boards/index.ts';
import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Files } from '../files/index.ts';
import { toHex } from '../kernel/bytes.ts';
import { digestOf } from '../kernel/cid.ts';
import type { Log } from '../log/log.ts';
import type { Members } from '../members/index.ts';
import { archiveApi } from './api.ts';
import { archiveMigrations } from './migrations.ts';
import { Originals } from './originals.ts';
import { createArchive, type Archive } from './service.ts';
import { problem } from './problems.ts';

interface Needs {
  readonly boards: Pick<Boards, 'list' | 'bySlug' | 'create'>;
  readonly files: Pick<Files, 'put' | 'attachment' | 'read' | 'keep'>;
  readonly log: Log;
  readonly members: Pick<Members, 'person'>;
}

type Ports = Pick<FeaturePorts, 'archive' | 'clock' | 'db' | 'random' | 'signer' | 'logger'>;

/** The archive is made on first use: its parser runs threads. */
export const archiveFeature = defineFeature({
  name: 'archive',
  optional: true,
  needs: ['boards', 'files', 'log', 'members'],
  migrations: archiveMigrations,
  tables: { kept: ['archive_original'] },
  create(ports: Ports, needs: Needs) {
    let archive: Archive | null = null;
    let closing = false;
    return {
      get open(): Archive {
        if (closing) throw problem('stopped');
        return (archive ??= openArchive(ports, needs));
      },
      /** Cancels a running import and ends the parser's threads. */
      async stop(): Promise<void> {
        closing = true;
        await archive?.close();
      },
    };
  },
  api: (api, service) => archiveApi(api, (context) => service(context).open),
});

function openArchive(
  { archive, clock, db, random, signer, logger }: Ports,
  { boards, files, log, members }: Needs,
): Archive {
  if (!archive) throw new Error('this world has no archives');
  const adapters = archive();
  const named = (board: { id: string; name: string } | null) =>
    board && { id: digestOf(board.id), name: board.name };
  const service = createArchive({
    ...adapters,
    clock,
    originals: new Originals({ db, keepFile: files.keep, readFile: files.read }),
    newId: () => toHex(random.bytes(8)),
    posts: boardsArchive({
      db,
      log,
      signer,
      clock,
      storeFile: async (bytes, name, type) => {
        const { cid } = await files.put(bytes, name, type);
        return files.attachment(digestOf(cid));
      },
      readFile: files.read,
      handleOf: (author) => members.person(author).handle,
    }),
    boards: {
      byId(cid) {
        const board = named(boards.list().find(({ id }) => id === cid) ?? null);
        if (board) return board;
        throw problem('board-unknown');
      },
      bySlug: (slug) => named(boards.bySlug(slug)),
      create: (board) => named(boards.create({ ...board, postRole: 'member' }))!,
    },
  });
  logger.info('archive-opened');
  return {
    ...service,
    close: async () => {
      await service.close();
      await adapters.parser.close();
    },
  };
}
