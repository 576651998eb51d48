import { useState } from 'react';
import type { Peer } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { federation as words } from '../../messages/federation.ts';
import { bytes, left, milliseconds, percent } from '../../messages/format.ts';
import {
  Badge,
  Button,
  Dialog,
  EmptyState,
  Panel,
  ProblemNotice,
  ProgressBar,
  RelativeTime,
  TextField,
  VirtualList,
  Foreign,
} from '../../ui/index.ts';
import type { Column } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';

/** The display name of a peer: its own name, else the tail of its id. */
export const peerName = (peer: Pick<Peer, 'name' | 'peerId'>): string =>
  peer.name ?? `…${peer.peerId.slice(-8)}`;

function Sync({ sync }: { sync: Peer['sync'] }) {
  if (sync === null) return <span className="soft">{words.peers.level}</span>;
  const share = sync.total ? percent(Math.min(1, sync.done / sync.total)) : bytes(sync.done);
  return (
    <span className="cyan mono">
      {words.peers.eta(share, sync.etaSeconds === null ? null : left(sync.etaSeconds))}
    </span>
  );
}

const columns: readonly Column<Peer>[] = [
  {
    id: 'name',
    label: words.peers.columns.name,
    width: 'minmax(90px, 1fr)',
    cell: (peer) => (
      <span className="peer-name">
        <span className="strong">
          <Foreign text={peerName(peer)} />
        </span>
        <span className="soft cut">
          <Foreign text={peer.handle ?? (peer.name === null ? words.peers.unnamed : '')} />
        </span>
      </span>
    ),
  },
  {
    id: 'via',
    label: words.peers.columns.via,
    width: '104px',
    cell: (peer) => <span className={peer.via === 'relay' ? 'blue' : ''}>{words.peers.vias[peer.via]}</span>,
  },
  {
    id: 'latency',
    label: words.peers.columns.latency,
    width: '68px',
    align: 'right',
    cell: (peer) => (
      <span className="mono">{peer.latencyMs === null ? '–' : milliseconds(peer.latencyMs)}</span>
    ),
  },
  {
    id: 'sent',
    label: words.peers.columns.sent,
    width: '76px',
    align: 'right',
    wide: true,
    cell: (peer) => <span className="mono">{bytes(peer.sentBytes)}</span>,
  },
  {
    id: 'received',
    label: words.peers.columns.received,
    width: '76px',
    align: 'right',
    wide: true,
    cell: (peer) => <span className="mono">{bytes(peer.receivedBytes)}</span>,
  },
  {
    id: 'score',
    label: words.peers.columns.score,
    width: '96px',
    align: 'right',
    wide: true,
    cell: (peer) =>
      peer.score < 0 ? (
        <Badge tone="red">{words.peers.misbehaves}</Badge>
      ) : (
        <span className="mono">{peer.score.toFixed(1)}</span>
      ),
  },
  {
    id: 'since',
    label: words.peers.columns.since,
    width: '56px',
    align: 'right',
    wide: true,
    cell: (peer) => (
      <span className="mono soft">
        <RelativeTime at={peer.connectedAt} short />
      </span>
    ),
  },
  {
    id: 'sync',
    label: words.peers.columns.sync,
    width: 'minmax(130px, 0.7fr)',
    align: 'right',
    wide: true,
    cell: (peer) => <Sync sync={peer.sync} />,
  },
];

/** The connected peers; an opened one shows all details. */
export function Peers({
  peers,
  known,
  tools,
}: {
  peers: readonly Peer[];
  /** Known nodes of members, connected or not. */
  known: number;
  tools: React.ReactNode;
}) {
  const [opened, setOpened] = useState<string | null>(null);
  const peer = peers.find((entry) => entry.peerId === opened);
  return (
    <Panel
      title={words.peers.title}
      count={words.peers.count(peers.length, known)}
      className="peers"
      tools={tools}
      flush
    >
      {peers.length === 0 ? (
        <EmptyState title={words.peers.empty}>{words.peers.emptyHint}</EmptyState>
      ) : (
        <VirtualList
          label={words.peers.list}
          items={peers}
          keyOf={(entry) => entry.peerId}
          columns={columns}
          autoFocus
          onOpen={(entry) => setOpened(entry.peerId)}
        />
      )}
      {peer && <PeerDialog peer={peer} onClose={() => setOpened(null)} />}
    </Panel>
  );
}

function PeerDialog({ peer, onClose }: { peer: Peer; onClose: () => void }) {
  const client = useClient();
  const act = useAct();
  const name = peerName(peer);
  const disconnect = async () => {
    if (await act.run(() => client.federation.disconnect({ peerId: peer.peerId }))) onClose();
  };
  return (
    <Dialog
      title={words.peers.details(name)}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button kind="danger" onPress={() => void disconnect()} isDisabled={act.busy}>
            {words.peers.disconnect}
          </Button>
          <Button kind="main" onPress={onClose}>
            {words.peers.close}
          </Button>
        </>
      }
    >
      {peer.sync && <ProgressBar label={words.sync.with(name)} progress={peer.sync} />}
      <dl className="record">
        <dt>{words.peers.peerId}</dt>
        <dd className="mono record-long">{peer.peerId}</dd>
        <dt>{words.peers.address}</dt>
        <dd className="mono record-long">{peer.address}</dd>
        <dt>{words.peers.direction}</dt>
        <dd>{peer.direction === 'inbound' ? words.peers.inbound : words.peers.outbound}</dd>
        <dt>{words.peers.columns.since}</dt>
        <dd>
          <RelativeTime at={peer.connectedAt} focusable />
        </dd>
        <dt>{words.peers.version}</dt>
        <dd className="mono">
          <Foreign text={peer.version ?? words.peers.unnamed} />
        </dd>
        <dt>{words.peers.columns.score}</dt>
        <dd className="mono">{peer.score.toFixed(1)}</dd>
        <dt>{words.peers.columns.sent}</dt>
        <dd className="mono">{bytes(peer.sentBytes)}</dd>
        <dt>{words.peers.columns.received}</dt>
        <dd className="mono">{bytes(peer.receivedBytes)}</dd>
      </dl>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}

/** Dials a peer by its address. */
export function DialDialog({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const act = useAct();
  const [address, setAddress] = useState('');
  const dial = async () => {
    if (address.trim() !== '' && (await act.run(() => client.federation.dial({ address: address.trim() }))))
      onClose();
  };
  return (
    <Dialog
      title={words.dial.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.dial.cancel}</Button>
          <Button kind="main" onPress={() => void dial()} isDisabled={act.busy || address.trim() === ''}>
            {act.busy ? words.dial.dialling : words.dial.go}
          </Button>
        </>
      }
    >
      <TextField
        label={words.dial.address}
        hint={words.dial.hint}
        value={address}
        onChange={setAddress}
        onEnter={() => void dial()}
        mono
        autoFocus
        maxLength={400}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
