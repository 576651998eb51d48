import type { Bridge, NodeBridge } from '../bridge/index.ts';
import type {
  Board,
  CallRoom,
  CommunityCard,
  CommunityStatus,
  FederationView,
  Job,
  Member,
  ModerationStatus,
  NodeStatus,
  Presence,
  Settings,
} from '../../contract/index.ts';
import { BoardsNews, OpenThreads, ThreadLists } from './boards.ts';
import { ChatRoom } from './chat.ts';
import { keepFeed } from './feed.ts';
import { ledgerParts } from './ledger.ts';
import type { LedgerParts } from './ledger.ts';
import { askedValue, liveValue } from './live.ts';
import type { Live } from './live.ts';
import { ReviewNews } from './review.ts';

/** The values of the node itself. Each is fed from when it is first wanted. */
export interface NodeStores {
  readonly node: Live<NodeStatus>;
  readonly communities: Live<readonly CommunityCard[]>;
}

/** The values of one community. Each is fed from when it is first wanted. */
export interface Stores extends LedgerParts {
  readonly community: Live<CommunityStatus>;
  readonly boards: Live<readonly Board[]>;
  readonly news: BoardsNews;
  readonly threads: ThreadLists;
  readonly opened: OpenThreads;
  readonly chat: ChatRoom;
  readonly calls: Live<readonly CallRoom[]>;
  readonly online: Live<readonly Presence[]>;
  readonly federation: Live<FederationView>;
  readonly members: Live<readonly Member[]>;
  readonly jobs: Live<readonly Job[]>;
  readonly settings: Live<Settings>;
  readonly moderation: Live<ModerationStatus>;
  readonly review: ReviewNews;
  stop(): void;
}

function makeNodeStores(bridge: NodeBridge): NodeStores {
  return {
    node: liveValue(
      bridge,
      (client, signal) => client.node.watch({}, { signal }),
      (client) => client.node.status({}),
    ),
    communities: liveValue<readonly CommunityCard[], NodeBridge['client']>(
      bridge,
      (client, signal) => client.communities.watch({}, { signal }),
      (client) => client.communities.list({}),
    ),
  };
}

/** Makes the stores over a bridge; nothing is asked of the node before a part is wanted. */
export function makeStores(bridge: Bridge): Stores {
  const news = new BoardsNews(bridge);
  const community = liveValue(
    bridge,
    (client, signal) => client.community.watch({}, { signal }),
    (client) => client.community.status({}),
  );
  const boards = askedValue<readonly Board[], Bridge['client']>(
    bridge,
    (client) => client.boards.list({}),
    (again, lost) => news.subscribe(again, lost),
  );
  const online = liveValue<readonly Presence[], Bridge['client']>(
    bridge,
    (client, signal) => client.chat.watchOnline({}, { signal }),
    (client) => client.chat.online({}),
  );
  const calls = liveValue<readonly CallRoom[], Bridge['client']>(
    bridge,
    (client, signal) => client.calls.watchRooms({}, { signal }),
    (client) => client.calls.rooms({}),
  );
  const federation = liveValue(
    bridge,
    (client, signal) => client.federation.watch({}, { signal }),
    (client) => client.federation.view({}),
  );
  const members = askedValue<readonly Member[], Bridge['client']>(
    bridge,
    (client) => client.members.list({}),
    (again, lost) =>
      keepFeed(bridge, {
        open: (client, signal) => client.members.changes({}, { signal }),
        onOpen: again,
        onValue: again,
        onLost: lost,
      }),
  );
  const jobs = liveValue<readonly Job[], Bridge['client']>(
    bridge,
    (client, signal) => client.archive.watch({}, { signal }),
    (client) => client.archive.jobs({}),
  );
  const settings = askedValue<Settings, Bridge['client']>(
    bridge,
    (client) => client.settings.get({}),
    (again) =>
      bridge.connection.subscribe(
        (now, before) => now.state === 'open' && before.state !== 'open' && again(),
      ),
  );
  const moderation = liveValue(
    bridge,
    (client, signal) => client.moderation.watchStatus({}, { signal }),
    (client) => client.moderation.status({}),
  );
  const review = new ReviewNews(bridge);
  const threads = new ThreadLists(bridge, news);
  const opened = new OpenThreads(bridge, news);
  const chat = new ChatRoom(bridge);
  const parts = {
    community,
    boards,
    news,
    threads,
    opened,
    chat,
    calls,
    online,
    federation,
    members,
    jobs,
    settings,
    moderation,
    review,
    ...ledgerParts(bridge),
  };
  return {
    ...parts,
    stop() {
      for (const part of Object.values(parts)) part.stop();
    },
  };
}

const made = new WeakMap<Bridge, Stores>();
const madeOfNode = new WeakMap<NodeBridge, NodeStores>();

/** The stores of a node, the same ones each time. */
export function nodeStoresOf(bridge: NodeBridge): NodeStores {
  const stores = madeOfNode.get(bridge) ?? makeNodeStores(bridge);
  madeOfNode.set(bridge, stores);
  return stores;
}

/** The stores of a bridge, the same ones each time. */
export function storesOf(bridge: Bridge): Stores {
  const held = made.get(bridge);
  if (held) return held;
  const stores = makeStores(bridge);
  made.set(bridge, stores);
  return stores;
}
