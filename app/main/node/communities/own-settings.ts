import {
  communitySections,
  CommunitySettings,
  OwnSettings,
  type CommunitySettingsView,
  type Settings,
} from '../../../contract/settings.ts';
import { problem } from '../problems.ts';
import { merge, type SettingsForm } from '../settings-file.ts';

/** A change of a community's own settings. */
export interface OwnChange {
  readonly set: OwnSettings;
  /** Names such as `storage.quotaBytes`: the community follows its node for them again. */
  readonly unset: readonly string[];
}

/** [CM9] The settings that a community has of its own. */
export const ownSettings: SettingsForm<OwnSettings, OwnChange> = {
  schema: OwnSettings,
  initial: {},
  read: (raw) => raw,
  changed: (now, { set, unset }) => {
    const sections = merge(
      sectionsOf((name) => now[name] ?? {}),
      set,
    );
    return Object.fromEntries(
      Object.entries(sections).flatMap(([section, values]) => {
        const kept = Object.entries(values as object).filter(([key]) => !unset.includes(`${section}.${key}`));
        return kept.length > 0 ? [[section, Object.fromEntries(kept)]] : [];
      }),
    );
  },
  unreadable: (path) => problem.fields('own-settings-unreadable', { path }),
};

const sectionsOf = <T>(of: (name: (typeof communitySections)[number]) => T) =>
  Object.fromEntries(communitySections.map((name) => [name, of(name)]));

/** [CM9] The settings of a node, with those that a community has of its own in their places. */
export const inForce = (node: Settings, own: OwnSettings): Settings => ({
  ...node,
  ...(merge(
    sectionsOf((name) => node[name]),
    own,
  ) as CommunitySettings),
});

/** The settings in force in a community, read on each use; computed again only after a change. */
export function layered(node: () => Settings, own: () => OwnSettings): () => Settings {
  let seen: readonly [Settings, OwnSettings] | null = null;
  let settings: Settings;
  return () => {
    const [under, over] = [node(), own()];
    if (seen?.[0] !== under || seen[1] !== over) {
      seen = [under, over];
      settings = inForce(under, over);
    }
    return settings;
  };
}

/** The settings of a community as its sysop sees them. */
export const viewOf = (node: Settings, own: OwnSettings): CommunitySettingsView => ({
  inForce: CommunitySettings.parse(inForce(node, own)),
  node: CommunitySettings.parse(node),
  own,
});
