import { defineFeature, type FeaturePorts, type StoredBase } from '../feature/index.ts';
import type { Federation } from '../federation/index.ts';
import type { Log } from '../log/log.ts';
import type { Members } from '../members/index.ts';
import type { Moderation } from '../moderation/index.ts';
import { callsApi } from './api.ts';
import { callCommands } from './commands.ts';
import { roomItems } from './items.ts';
import { callKinds } from './kinds.ts';
import { callMetrics } from './metrics.ts';
import { callMigrations } from './migrations.ts';
import { noRelay, noSfu } from './no-sfu.ts';
import { CallProjection } from './projection.ts';
import { noRecorder, noRecordings } from './recording/no-recorder.ts';
import { RecordingBook, recordingBytes } from './recording/book.ts';
import { Rooms } from './rooms.ts';
import { createCalls } from './service.ts';

export const callsFeature = defineFeature({
  name: 'calls',
  optional: true,
  needs: ['federation', 'log', 'members', 'moderation'],
  migrations: callMigrations,
  kinds: Object.values(callKinds),
  tables: { kept: ['call_recording'], derived: ['call_room', 'call_act'] },
  filesBytes: recordingBytes,
  stored: ({ db }: StoredBase) => ({ projections: [new CallProjection(db)], items: [roomItems(db)] }),
  create(
    ports: Pick<
      FeaturePorts,
      | 'db'
      | 'transport'
      | 'clock'
      | 'random'
      | 'signer'
      | 'verifier'
      | 'logger'
      | 'settings'
      | 'notices'
      | 'gathered'
      | 'sfu'
      | 'recorder'
      | 'recordings'
      | 'quota'
      | 'relay'
      | 'botMedia'
    >,
    needs: {
      federation: Pick<Federation, 'memberPeers'>;
      log: Log;
      members: Pick<Members, 'person'>;
      moderation: Pick<Moderation, 'gate' | 'holds'>;
    },
  ) {
    const { federation, log, members, moderation } = needs;
    const calls = createCalls({
      ...ports,
      sfu: ports.sfu ?? noSfu,
      recorder: ports.recorder ?? noRecorder,
      recordingFolder: ports.recordings ?? noRecordings,
      recordingBook: new RecordingBook(ports.db),
      relay: ports.relay ?? noRelay,
      log,
      rooms: new Rooms(ports.db),
      authority: ports.gathered.people,
      nodeName: () => ports.settings().node.name,
      person: members.person,
      gate: moderation.gate,
      settings: () => ports.settings().calls,
      memberPeers: federation.memberPeers,
      boards: ports.gathered.scopes,
    });
    moderation.holds.onChange((changes) => {
      if (changes.some(({ kind }) => kind === 'call')) calls.holdsChanged();
    });
    return calls;
  },
  api: callsApi,
  metrics: (calls) => callMetrics(calls.figures()),
  commands: callCommands,
  acts: [
    {
      name: 'open a room',
      weight: 1,
      act: ({ calls }, rng) =>
        calls.open({ title: `Room ${rng.between(0, 1e6)}`, board: null, rules: {}, startsAt: null }),
    },
    {
      name: 'close a room',
      weight: 1,
      act({ calls }, rng) {
        const closable = calls.rooms().filter(({ closable }) => closable);
        if (closable.length > 0) calls.close(rng.pick(closable).id);
      },
    },
  ],
});
