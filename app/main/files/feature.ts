import { defineFeature, type FeaturePorts, type StoredBase } from '../feature/index.ts';
import { reaches } from '../kernel/roles.ts';
import type { Log } from '../log/log.ts';
import type { Moderation } from '../moderation/index.ts';
import { filesApi } from './api.ts';
import { filesMigrations } from './migrations.ts';
import { createFiles, readWhole } from './service.ts';
import { chunkBytesIn, FileStore } from './store.ts';

export const filesFeature = defineFeature({
  name: 'files',
  optional: true,
  needs: ['log', 'moderation'],
  migrations: filesMigrations,
  tables: { kept: ['file', 'chunk'] },
  filesBytes: chunkBytesIn,
  stored: ({ db, chunks, clock, settings, quota }: StoredBase) => {
    const fileBudgetBytes = () => settings().storage.fileBudgetBytes;
    const store = new FileStore({ db, disk: chunks, clock, fileBudgetBytes, quota });
    return { store, readFile: (digest: Uint8Array) => readWhole(store, digest) };
  },
  create(
    ports: Pick<
      FeaturePorts,
      'transport' | 'clock' | 'signer' | 'verifier' | 'logger' | 'settings' | 'quota' | 'gathered'
    >,
    { log, moderation }: { log: Log; moderation: Pick<Moderation, 'gate'> },
    { store },
  ) {
    const { signer, settings, gathered } = ports;
    return createFiles({
      ...ports,
      log,
      store,
      authority: gathered.people,
      nodeName: () => settings().node.name,
      maxFileBytes: () => settings().storage.maxFileBytes,
      // [J16] Moderators look at what is held.
      mayGive: async (digest) =>
        (await moderation.gate.fileCame(digest)) ||
        reaches(gathered.people.roleAt(signer.publicKey, log.now), 'moderator'),
    });
  },
  api: filesApi,
});
