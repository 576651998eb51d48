import { createArchive, type Archive } from '../archive/index.ts';
import { boardsArchive } from '../boards/index.ts';
import { openGenesis, type Genesis } from '../community/index.ts';
import type { Membership } from '../federation/index.ts';
import { toHex } from '../kernel/bytes.ts';
import { digestOf } from '../kernel/cid.ts';
import { Problem } from '../kernel/errors.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { checkPossessions } from '../ledger/index.ts';
import { createMaintenance, type Maintenance } from '../maintenance/index.ts';
import { backupDisk } from '../platform/disk/backups.ts';
import { demoDirectory } from '../platform/mail/demo-directory.ts';
import { diskFiles } from '../platform/mail/files.ts';
import { MailParserPool } from '../platform/mail/pool.ts';
import { createMemoryNetwork } from '../platform/memory/network.ts';
import { checkDatabase, copyDatabase, openDatabase } from '../platform/sqlite/database.ts';
import { foundCommunity, genesisOf, migrations, openCommunity, type Community } from './community.ts';
import type { NodeParts } from './start.ts';

/** How long a newcomer waits to see its own admission, in milliseconds. */
const ARRIVAL_MS = 10_000;

export type Workshop = ReturnType<typeof createWorkshop>;

/** The heavy tools of a node, made when they are first used: archives with their parser threads, and care of the data. */
export function createWorkshop(parts: NodeParts) {
  const { clock, random, signer } = parts.ports;
  let archive: Archive | null = null;
  let maintenance: Maintenance | null = null;

  return {
    archive(): Archive {
      return (archive ??= archiveOf(parts, parts.running()));
    },

    maintenance(): Maintenance {
      const { log, db, boards, members } = parts.running();
      return (maintenance ??= createMaintenance({
        log,
        db,
        path: parts.directory.database,
        backups: parts.directory.backups,
        clock,
        verifier: parts.ports.verifier,
        keep: () => parts.settings.settings.storage.backups,
        database: { copy: copyDatabase, check: checkDatabase },
        disk: backupDisk(),
        rebuilt: (copy) => rebuiltDigest(parts, copy),
        counts: () => ({ posts: boards.counts().posts, members: members.list().length }),
      }));
    },

    /** Makes the community that an invite led to this node's own. */
    async settle(membership: Membership, open: (genesis: Genesis) => Promise<Community>): Promise<Genesis> {
      const genesis = openGenesis(membership.genesis);
      checkPossessions(genesis.ledger, parts.ports.bls);
      foundCommunity(parts.db, genesis, ticksOf(clock.now()));
      parts.setCommunity(await open(genesis));
      // [M11] The host vouched for it; here it is checked. If that takes longer, it goes on behind.
      await parts.running().members.arrived(ARRIVAL_MS);
      return genesis;
    },

    close: async (): Promise<void> => archive?.close(),
  };

  function archiveOf({ ports }: NodeParts, { boards, files, members, log, db }: Community): Archive {
    const named = (board: { id: string; name: string } | null) =>
      board && { id: digestOf(board.id), name: board.name };
    const parser = new MailParserPool({ clock });
    const service = createArchive({
      files: diskFiles(),
      parser,
      clock,
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
          throw new Problem('board-unknown', 'There is no such board here.', 'Choose a board from the list.');
        },
        bySlug: (slug) => named(boards.bySlug(slug)),
        create: (board) => named(boards.create({ ...board, postRole: 'member' }))!,
      },
      demoDirectory: demoDirectory(),
    });
    ports.logger.info('archive-opened');
    return {
      ...service,
      close: async () => {
        await service.close();
        await parser.close();
      },
    };
  }
}

/** State digest of a copy of the database whose projections were computed anew from its log. */
async function rebuiltDigest({ ports }: NodeParts, path: string): Promise<Uint8Array> {
  const db = openDatabase(path, migrations);
  try {
    const alone = createMemoryNetwork({ clock: ports.clock });
    const scratch = {
      ...ports,
      voteJournal: null,
      db,
      transport: alone.transport('scratch'),
      network: alone.view('scratch', () => ports.network.signer),
    };
    const { log } = await openCommunity(scratch, genesisOf(db)!);
    log.rebuild();
    return log.stateDigest();
  } finally {
    db.close();
  }
}
