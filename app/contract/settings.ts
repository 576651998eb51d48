import * as z from 'zod';
import { base } from './common.ts';
import * as features from './features.ts';
import { nodeDefaults, NodeSettings, NodeSettingsPatch } from './node-settings.ts';

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
  get: base.input(z.object({})).output(Settings),
  /** Changes settings; they are in effect when this returns. */
  set: base.input(SettingsPatch).output(z.object({ settings: Settings })),
};
