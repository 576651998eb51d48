import type { Settings, SettingsPatch } from '../../contract/index.ts';
import type { Communities } from './communities/communities.ts';
import type { SharedPorts } from './communities/open.ts';
import type { DataDirectory } from './data-directory.ts';
import type { NetworkPair } from './replaceable-network.ts';
import type { KeyRing } from './keys.ts';
import type { PhraseGuard } from './phrase-guard.ts';
import type { SettingsFile } from './settings-file.ts';

/** Shared by the parts of a node. */
export interface NodeParts {
  readonly directory: DataDirectory;
  readonly keys: KeyRing;
  readonly phraseGuard: PhraseGuard;
  readonly settings: SettingsFile<Settings, SettingsPatch>;
  /** The network of the whole node. */
  readonly net: NetworkPair;
  /** Shared by the communities. */
  readonly ports: SharedPorts;
  readonly communities: Communities;
  /** Changes settings; they are in force once this resolves. Rejects with a Problem `settings-invalid`. */
  setSettings(patch: SettingsPatch): Promise<Settings>;
  /** The machine is about to sleep. */
  suspended(): void;
  /** The machine woke up, or its network changed. */
  resumed(): Promise<void>;
  stop(): Promise<void>;
}
