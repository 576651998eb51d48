import * as z from 'zod';
import { parseHostPort } from './host-port.ts';

const NOT_AN_ADDRESS = 'An address is a host with or without a port, such as bbs.example.org:4001.';
const isHostPort = (text: string) => parseHostPort(text) !== null;

/** Features that a sysop may turn off. */
export const optionalFeatures = ['archive', 'boards', 'calls', 'chat', 'files', 'review'] as const;

/** The settings of the node itself. */
export const NodeSettings = z.object({
  node: z.object({
    name: z.string().trim().min(1).max(40),
  }),
  network: z.object({
    /** TCP port for peers; 0 lets the system choose. */
    port: z.number().int().min(0).max(65_535),
    webSocketPort: z.number().int().min(0).max(65_535),
    /**
     * Which addresses to listen on: only this machine, or every network that it is part of. With `off` the node
     * has no network at all: it neither listens nor dials.
     */
    listen: z.enum(['off', 'loopback', 'everywhere']),
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
  features: z.object({
    /** Names of features that are turned off. */
    off: z.array(z.enum(optionalFeatures)),
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
    /** The most bytes that the database and the files of one community may take; null for no limit. */
    quotaBytes: z
      .number()
      .int()
      .min(1024 * 1024)
      .nullable(),
  }),
  desktop: z.object({
    closeToTray: z.boolean(),
    startAtLogin: z.boolean(),
  }),
});

/** The sections that a community may have values of its own for; the rest concerns the node as a whole. */
export const perCommunity = ['features', 'storage'] as const satisfies (keyof typeof NodeSettings.shape)[];

export const NodeSettingsPatch = z.object({
  node: NodeSettings.shape.node.partial().optional(),
  network: NodeSettings.shape.network.partial().optional(),
  features: NodeSettings.shape.features.partial().optional(),
  storage: NodeSettings.shape.storage.partial().optional(),
  desktop: NodeSettings.shape.desktop.partial().optional(),
});

export const nodeDefaults: z.infer<typeof NodeSettings> = {
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
  features: { off: [] },
  storage: {
    fileBudgetBytes: 5 * 1024 ** 3,
    maxFileBytes: 16 * 1024 * 1024,
    backups: 5,
    quotaBytes: null,
  },
  desktop: { closeToTray: true, startAtLogin: false },
};
