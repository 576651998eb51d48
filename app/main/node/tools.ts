import type { ArchivePorts } from '../archive/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { MaintenancePorts } from '../maintenance/index.ts';
import { backupDisk } from '../platform/disk/backups.ts';
import { demoDirectory } from '../platform/mail/demo-directory.ts';
import { diskFiles } from '../platform/mail/files.ts';
import { MailParserPool } from '../platform/mail/pool.ts';
import { createMemoryNetwork } from '../platform/memory/network.ts';
import { checkDatabase, copyDatabase, openDatabase } from '../platform/sqlite/database.ts';
import { genesisOf, migrations, openCommunity, type CommunityPorts } from './community.ts';
import type { CommunityDirectory } from './data-directory.ts';

/** The disk and the parser threads of archives. */
export const archivePorts = (clock: Clock): ArchivePorts => ({
  files: diskFiles(),
  parser: new MailParserPool({ clock }),
  demoDirectory: demoDirectory(),
});

/** The database file and its backups, for checks, rebuilds and copies. */
export function maintenancePorts(init: {
  readonly directory: CommunityDirectory;
  readonly keep: () => number;
  readonly ports: () => CommunityPorts;
}): MaintenancePorts {
  const { directory, keep, ports } = init;
  return {
    path: directory.database,
    backups: directory.backups,
    keep,
    database: { copy: copyDatabase, check: checkDatabase },
    disk: backupDisk(),
    rebuilt: (copy) => rebuiltDigest(ports(), copy),
  };
}

/** State digest of a copy of the database after its projections were computed again from its log. */
async function rebuiltDigest(ports: CommunityPorts, path: string): Promise<Uint8Array> {
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
