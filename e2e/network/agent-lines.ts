import * as z from 'zod';

/** A test's request to an agent: a call of a procedure, such as `federation.view`. */
export const AgentCall = z.object({
  id: z.number().int(),
  path: z.string().regex(/^[a-z]+\.[a-zA-Z]+$/),
  input: z.unknown(),
});
export type AgentCall = z.infer<typeof AgentCall>;

/** A peer of the node, and how it is connected. */
const PeerNews = z.object({
  /** `moved`: still connected, but through another path or address. */
  line: z.enum(['peer-gained', 'peer-moved', 'peer-lost']),
  atMs: z.number(),
  peerId: z.string(),
  name: z.string().nullable(),
  via: z.string(),
  direction: z.string(),
  address: z.string(),
});
export type PeerNews = z.infer<typeof PeerNews>;

/** An agent's report to a test; times are `Date.now()` on this machine, which all nodes of a lab share. */
export const AgentLine = z.discriminatedUnion('line', [
  z.object({ line: z.literal('answer'), id: z.number(), output: z.unknown() }),
  z.object({ line: z.literal('failure'), id: z.number(), code: z.string(), message: z.string() }),
  /** A thread was seen for the first time. */
  z.object({ line: z.literal('thread'), atMs: z.number(), subject: z.string() }),
  PeerNews,
]);
export type AgentLine = z.infer<typeof AgentLine>;
