import * as z from 'zod';
import { base, empty } from './common.ts';
import * as features from './features.ts';
import { nodeDefaults, NodeSettings, NodeSettingsPatch, perCommunity } from './node-settings.ts';

type Features = typeof features;
type Sections = {
  [
    Name in keyof Features as Features[Name] extends { readonly settings: FeatureSettings } ? Name : never
  ]: Features[Name] extends { readonly settings: { readonly schema: infer Schema extends z.ZodObject } }
    ? Schema
    : never;
};

/** The settings of a feature: a schema without defaults, and the defaults. */
export interface FeatureSettings {
  readonly schema: z.ZodObject;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Whether a community may have values of its own. */
  readonly perCommunity?: boolean;
}

const withSettings = Object.entries(features as Readonly<Record<string, object>>).flatMap(
  ([name, feature]) => ('settings' in feature ? [[name, feature.settings as FeatureSettings] as const] : []),
);
const sectionsOf = <T>(of: (settings: FeatureSettings) => T) =>
  Object.fromEntries(withSettings.map(([name, settings]) => [name, of(settings)]));

/** Everything that a sysop may set on a node. The defaults are safe on an unknown network. */
export const Settings = NodeSettings.extend(sectionsOf(({ schema }) => schema) as unknown as Sections);
export type Settings = z.infer<typeof Settings>;

type PatchSections = {
  [Name in keyof Sections]: z.ZodOptional<z.ZodType<Partial<z.infer<Sections[Name]>>>>;
};

/** Changes of settings. A setting that is left out keeps its value. */
export const SettingsPatch = NodeSettingsPatch.extend(
  sectionsOf(({ schema }) => schema.partial().optional()) as unknown as PatchSections,
);
export type SettingsPatch = z.infer<typeof SettingsPatch>;

export const defaultSettings: Settings = {
  ...nodeDefaults,
  ...(sectionsOf(({ defaults }) => defaults) as Pick<Settings, keyof Sections>),
};

export const settingsContract = {
  get: base.input(empty).output(Settings),
  /** Changes settings; they are in effect when this returns. */
  set: base.input(SettingsPatch).output(z.object({ settings: Settings })),
};

type OfFeatures = {
  [Name in keyof Sections]: Features[Name] extends { readonly settings: { readonly perCommunity: true } }
    ? Name
    : never;
}[keyof Sections];
/** The names of the sections that a community may have values of its own for. */
export type CommunitySection = (typeof perCommunity)[number] | OfFeatures;

/** The sections that a community may have values of its own for. */
export const communitySections = [
  ...perCommunity,
  ...withSettings.flatMap(([name, settings]) => (settings.perCommunity === true ? [name] : [])),
] as readonly CommunitySection[];

const ofCommunity = <T extends object>(all: T) =>
  Object.fromEntries(communitySections.map((name) => [name, all[name as keyof T]])) as unknown as Pick<
    T,
    CommunitySection & keyof T
  >;

/** The settings in force in a community, as far as it may have its own. */
export const CommunitySettings = z.object(ofCommunity(Settings.shape));
export type CommunitySettings = z.infer<typeof CommunitySettings>;

/** The values that a community has of its own; it follows its node for all others. */
export const OwnSettings = z.object(ofCommunity(SettingsPatch.shape));
export type OwnSettings = z.infer<typeof OwnSettings>;

/** The settings that a community may have values of its own for, as `section.setting`. */
export const communitySettingNames: readonly string[] = communitySections.flatMap((section) =>
  Object.keys(Settings.shape[section].shape).map((key) => `${section}.${key}`),
);

/** The settings of a community: those in force, those of its node, and which are its own. */
export const CommunitySettingsView = z.object({
  inForce: CommunitySettings,
  node: CommunitySettings,
  own: OwnSettings,
});
export type CommunitySettingsView = z.infer<typeof CommunitySettingsView>;

export const communitySettingsContract = {
  settings: base.input(empty).output(CommunitySettingsView),
  /**
   * Gives the community values of its own, and takes others back, so that it follows its node again. They are in
   * effect when this returns. Rejects with a Problem `settings-invalid`.
   */
  changeSettings: base
    .input(
      z.object({ set: OwnSettings.default({}), unset: z.array(z.enum(communitySettingNames)).default([]) }),
    )
    .output(CommunitySettingsView),
};
