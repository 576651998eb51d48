import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { CommunityClient, LedgerBlock, LedgerStatus } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { count } from '../../messages/format.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { itemAt, PagedList } from '../../stores/index.ts';
import {
  Button,
  EmptyState,
  Loading,
  Panel,
  ProblemNotice,
  RelativeTime,
  VirtualList,
} from '../../ui/index.ts';
import type { Column } from '../../ui/index.ts';
import { BlockDetail } from './BlockDetail.tsx';
import type { Directory } from './body.ts';
import { nameOf } from './useDirectory.ts';
import { useStateFor } from '../useStateFor.ts';

const PAGE = 100;

const columnsFor = (directory: Directory): readonly Column<LedgerBlock>[] => [
  {
    id: 'height',
    label: words.blocks.columns.height,
    width: 'minmax(0, 1fr)',
    cell: (block) => <span className="mono strong">{count(block.height)}</span>,
  },
  {
    id: 'proposer',
    label: words.blocks.columns.proposer,
    width: 'minmax(0, 1fr)',
    cell: ({ proposer }) =>
      proposer === null ? <span className="soft">{words.blocks.earlier}</span> : nameOf(proposer, directory),
  },
  {
    id: 'hash',
    label: words.blocks.columns.hash,
    width: 'minmax(0, 1fr)',
    wide: true,
    cell: (block) => <span className="mono soft">…{block.hash.slice(-12)}</span>,
  },
  {
    id: 'transactions',
    label: words.blocks.columns.transactions,
    width: '44px',
    align: 'right',
    cell: (block) => <span className="mono">{count(block.transactions)}</span>,
  },
  {
    id: 'when',
    label: words.blocks.columns.when,
    width: '60px',
    align: 'right',
    cell: (block) => <RelativeTime past at={block.time} short />,
  },
];

interface BlocksProps {
  readonly status: LedgerStatus;
  readonly directory: Directory;
  /** The height in the address; null for the newest. */
  readonly opened: number | null;
  /** In a narrow window: the list or the opened block. */
  readonly narrow: boolean;
}

/** All blocks, newest first, and the content of the selected one. */
export function Blocks({ status, directory, opened, narrow }: BlocksProps) {
  const [picked, setPicked] = useStateFor<number | null>(opened, null);
  const shown = (narrow ? opened : (picked ?? opened)) ?? (status.height > 0 ? status.height : null);
  return (
    <div className="ledger-two">
      {(!narrow || opened === null) && (
        <BlockList status={status} directory={directory} opened={opened} onPick={setPicked} />
      )}
      {shown !== null && (!narrow || opened !== null) && <BlockDetail height={shown} directory={directory} />}
    </div>
  );
}

const listOf = (client: CommunityClient) =>
  new PagedList<LedgerBlock>((cursor) => client.ledger.blocks({ cursor, limit: PAGE }));

function BlockList(props: {
  status: LedgerStatus;
  directory: Directory;
  opened: number | null;
  onPick: (height: number) => void;
}) {
  const { status, directory, onPick } = props;
  const client = useClient();
  const [{ list, turn }, setOpened] = useState(() => ({ list: listOf(client), turn: 0 }));
  const [atTop, setAtTop] = useState(true);
  const state = useStore(list.store);
  // The rows being read keep their place; new blocks are added only at the top.
  const height = atTop ? status.height : null;
  useEffect(() => {
    if (height !== null) void list.refresh();
  }, [list, height]);
  const columns = useMemo(() => columnsFor(directory), [directory]);
  const newest = itemAt(state, 0)?.height ?? status.height;
  const newer = status.height - newest;
  const tools = !atTop && newer > 0 && (
    <Button
      kind="quiet"
      onPress={() => {
        setAtTop(true);
        setOpened((before) => ({ list: listOf(client), turn: before.turn + 1 }));
      }}
    >
      {words.blocks.newer(newer)}
    </Button>
  );
  return (
    <Panel
      title={words.blocks.title}
      count={count(status.height)}
      className="ledger-list"
      flush
      {...(tools ? { tools } : {})}
    >
      {state.problem && (
        <ProblemNotice
          problem={state.problem}
          action={<Button onPress={() => void list.refresh()}>{words.again}</Button>}
        />
      )}
      {state.state === 'loading' && <Loading what={words.blocks.loading} />}
      {state.state === 'ready' && state.count === 0 && (
        <EmptyState title={words.blocks.empty}>{words.blocks.emptyHint}</EmptyState>
      )}
      {state.count > 0 && (
        <VirtualList
          key={turn}
          label={words.blocks.list}
          source={{ count: state.count, at: (index) => itemAt(state, index) }}
          total={state.total}
          keyOf={(block) => String(block.height)}
          columns={columns}
          onRange={(first, last) => {
            setAtTop(first === 0);
            list.ensure(first, last);
          }}
          onActive={(block) => onPick(block.height)}
          onOpen={(block) => go('ledger', 'blocks', String(block.height))}
        />
      )}
    </Panel>
  );
}
