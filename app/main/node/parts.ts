import type { Settings, SettingsPatch } from '../../contract/index.ts';
import type { Database } from '../kernel/database.ts';
import type { Community, CommunityPorts } from './community.ts';
import type { DataDirectory } from './data-directory.ts';
import type { KeyRing } from './keys.ts';
import type { SettingsFile } from './settings-file.ts';

/** Shared by the parts of a node. The community may be set later, when it is founded or joined. */
export interface NodeParts {
  readonly directory: DataDirectory;
  readonly keys: KeyRing;
  readonly settings: SettingsFile;
  readonly db: Database;
  readonly ports: CommunityPorts;
  community(): Community | null;
  /** The community, or a Problem `no-community`. */
  running(): Community;
  setCommunity(community: Community): void;
  /** Changes settings; they are in force once this resolves. Rejects with a Problem `settings-invalid`. */
  setSettings(patch: SettingsPatch): Promise<Settings>;
  stop(): Promise<void>;
}
