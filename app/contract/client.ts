import type { ContractRouterClient } from '@orpc/contract';
import type { Contract, nodeProcedures } from './procedures.ts';

/** The context of one call, on either side of a transport. */
export interface CallContext {
  /** The id of the community that the call is in; absent from a call to the node itself. */
  readonly community?: string;
}

/** How a call came: from a page in a browser, from a program of this user, or from a window of the desktop program. */
export type Via = 'browser' | 'program' | 'shell';

/** The context of a call on the side that answers it, which alone says how the call came. */
export interface ServedContext extends CallContext {
  readonly via: Via;
}

/** The header by which a transport carries {@link CallContext}. */
export const COMMUNITY_HEADER = 'impulse-community';

/** The headers of a call. */
export const headersOf = ({ community }: CallContext): Record<string, string> =>
  community === undefined ? {} : { [COMMUNITY_HEADER]: community };

type NodeClient = ContractRouterClient<typeof nodeProcedures>;

/** The procedures in one community, together with those of its node. */
export type CommunityClient = ContractRouterClient<Contract>;

/** The client that every user of a node holds, whatever the transport. */
export interface Client extends NodeClient {
  /** The calls in a community; no other way leads to them, so that each names the community it is in. */
  in(community: string): CommunityClient;
}

/**
 * A client whose calls go through `made`: given the context of calls, it makes a client of all procedures.
 */
export function clientOf(made: (context: CallContext) => CommunityClient): Client {
  const { node, communities, identity, settings } = made({});
  return { node, communities, identity, settings, in: (community) => made({ community }) };
}
