import * as z from 'zod';
import { base } from './common.ts';
import * as features from './features.ts';
import { parseHostPort } from './host-port.ts';

const NOT_AN_ADDRESS = 'An address is a host with or without a port, such as bbs.example.org:4001.';
const isHostPort = (text: string) => parseHostPort(text) !== null;

const Own = z.object({
  node: z.object({
    name: z.string().trim().min(1).max(40),
  }),
  network: z.object({
    /** TCP port for peers; 0 lets the system choose. */
    port: z.number().int().min(0).max(65_535),
    webSocketPort: z.number().int().min(0).max(65_535),
    /** Which addresses to listen on: only this machine, or every network that it is part of. */
    listen: z.enum(['loopback', 'everywhere']),
    /** Addresses that others dial, as `host` or `host:port`: for a forwarded port or a DNS name. */
    announce: z.array(z.string().trim().max(260).refine(isHostPort, NOT_AN_ADDRESS)).max(4),
    localDiscovery: z.boolean(),
    /** Ask the router to forward the ports (PCP, NAT-PMP, UPnP). */
    portMapping: z.boolean(),
    /** Carry connections for members who cannot be dialled. */
    relay: z.boolean(),
    /** Connect directly through the routers of both sides, where the routers allow it. */
    holePunching: z.boolean(),
    maxConnections: z.number().int().min(4).max(1000),
  }),
  storage: z.object({
    /** Bytes of attachments to keep. Beyond this, the oldest are dropped and fetched again on demand. */
    fileBudgetBytes: z.number().int().min(0),
    /** The largest file that a member may attach. */
    maxFileBytes: z
      .number()
      .int()
      .min(0)
      .max(16 * 1024 * 1024),
    /** How many database backups to keep. */
    backups: z.number().int().min(1).max(50),
  }),
  desktop: z.object({
    closeToTray: z.boolean(),
    startAtLogin: z.boolean(),
  }),
});

type Features = typeof features;
type Sections = {
  [Name in keyof Features as Features[Name] extends { readonly settings: FeatureSettings } ? Name : never]:
    Features[Name] extends { readonly settings: { readonly schema: infer Schema extends z.ZodObject } }
      ? Schema
      : never;
};

/** The settings of a feature: a schema without defaults, and the defaults. */
export interface FeatureSettings {
  readonly schema: z.ZodObject;
  readonly defaults: Readonly<Record<string, unknown>>;
}

const withSettings = Object.entries(features as Readonly<Record<string, object>>).flatMap(([name, feature]) =>
  'settings' in feature ? [[name, feature.settings as FeatureSettings] as const] : [],
);
const sectionsOf = <T>(of: (settings: FeatureSettings) => T) =>
  Object.fromEntries(withSettings.map(([name, settings]) => [name, of(settings)]));

/** Everything that a sysop may set on a node. The defaults are safe on an unknown network. */
export const Settings = Own.extend(sectionsOf(({ schema }) => schema) as unknown as Sections);
export type Settings = z.infer<typeof Settings>;

const OwnPatch = z.object({
  node: Own.shape.node.partial().optional(),
  network: Own.shape.network.partial().optional(),
  storage: Own.shape.storage.partial().optional(),
  desktop: Own.shape.desktop.partial().optional(),
});

type PatchSections = { [Name in keyof Sections]: z.ZodType<Partial<z.infer<Sections[Name]>> | undefined> };

/** Changes of settings. A setting that is left out keeps its value. */
export const SettingsPatch = OwnPatch.extend(
  sectionsOf(({ schema }) => schema.partial().optional()) as unknown as PatchSections,
);
export type SettingsPatch = z.infer<typeof SettingsPatch>;

const ownDefaults: z.infer<typeof Own> = {
  node: { name: 'node' },
  network: {
    port: 4001,
    webSocketPort: 0,
    listen: 'loopback',
    announce: [],
    localDiscovery: false,
    portMapping: false,
    relay: false,
    holePunching: true,
    maxConnections: 100,
  },
  storage: {
    fileBudgetBytes: 5 * 1024 ** 3,
    maxFileBytes: 16 * 1024 * 1024,
    backups: 5,
  },
  desktop: { closeToTray: true, startAtLogin: false },
};

export const defaultSettings: Settings = {
  ...ownDefaults,
  ...(sectionsOf(({ defaults }) => defaults) as Pick<Settings, keyof Sections>),
};

export const settingsContract = {
  get: base.input(z.object({})).output(Settings),
  /** Changes settings; they are in effect when this returns. */
  set: base.input(SettingsPatch).output(z.object({ settings: Settings })),
};
