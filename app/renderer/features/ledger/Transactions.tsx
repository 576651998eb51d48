import { useEffect, useMemo, useRef, useState } from 'react';
import type { Ref } from 'react';
import { useStore } from 'zustand';
import type { LedgerStatus, LedgerTransaction } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { count } from '../../messages/format.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { itemAt, PagedList, useMembers } from '../../stores/index.ts';
import {
  Button,
  EmptyState,
  Loading,
  Panel,
  ProblemNotice,
  RelativeTime,
  TextField,
  VirtualList,
  Foreign,
} from '../../ui/index.ts';
import type { Column, ListHandle } from '../../ui/index.ts';
import { briefOf, kindWords } from './body.ts';
import type { Directory } from './body.ts';
import { useAct } from '../useAct.ts';
import { soughtBy, type Sought } from './sought.ts';
import { TransactionDetail } from './TransactionDetail.tsx';
import { useStateFor } from '../useStateFor.ts';

const PAGE = 100;
const MOST_NAMED = 8;

const columnsFor = (directory: Directory): readonly Column<LedgerTransaction>[] => [
  {
    id: 'kind',
    label: words.transactions.columns.kind,
    width: 'minmax(0, 1.6fr)',
    cell: ({ kind, body }) => (
      <>
        <span className="cyan">{kindWords(kind)}</span>{' '}
        <span className="strong">{briefOf(body, directory)}</span>
      </>
    ),
  },
  {
    id: 'account',
    label: words.transactions.columns.account,
    width: 'minmax(0, 1fr)',
    wide: true,
    cell: (transaction) => transaction.account.handle,
  },
  {
    id: 'block',
    label: words.transactions.columns.block,
    width: '62px',
    align: 'right',
    cell: ({ block }) =>
      block === null ? (
        <span className="amber">{words.transaction.waits}</span>
      ) : (
        <span className="mono">{count(block.height)}</span>
      ),
  },
  {
    id: 'when',
    label: words.transactions.columns.when,
    width: '56px',
    align: 'right',
    cell: ({ block }) => (block === null ? '–' : <RelativeTime past at={block.time} short />),
  },
];

interface TransactionsProps {
  readonly status: LedgerStatus;
  readonly directory: Directory;
  readonly opened: string | null;
  readonly narrow: boolean;
}

/** All transactions or those of an account, and the content of the selected one. */
export function Transactions({ status, directory, opened, narrow }: TransactionsProps) {
  const [picked, setPicked] = useStateFor<string | null>(opened, null);
  return (
    <div className="ledger-two">
      {(!narrow || opened === null) && <Found status={status} directory={directory} onPick={setPicked} />}
      {(!narrow || opened !== null) && (
        <TransactionDetail
          id={(narrow ? null : picked) ?? opened}
          directory={directory}
          height={status.height}
        />
      )}
    </div>
  );
}

function Found(props: { status: LedgerStatus; directory: Directory; onPick: (id: string) => void }) {
  const { status, directory, onPick } = props;
  const members = useMembers().value;
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const rows = useRef<ListHandle>(null);
  const sought = useMemo(() => soughtBy(typed, members ?? []), [typed, members]);
  useActions([
    {
      id: 'ledger.find',
      label: words.keys.find,
      section: 'view',
      shortcut: '/',
      line: true,
      run: () => field.current?.focus(),
    },
  ]);
  const client = useClient();
  const act = useAct();
  /** An id may be that of a transaction or the hash of a block; they look alike. */
  const openId = (id: string) =>
    act.run(async () => {
      const isTransaction = await client.ledger.transaction({ id }).then(
        () => true,
        () => false,
      );
      if (isTransaction) return go('ledger', 'transactions', id);
      const { block } = await client.ledger.block({ block: id });
      go('ledger', 'blocks', String(block.height));
    });
  const open = () => {
    if (sought.what === 'id') void openId(sought.id);
    if (sought.what === 'block') go('ledger', 'blocks', String(sought.height));
  };
  const { what } = sought;
  return (
    <Panel title={words.transactions.title} count={countOf(sought, status)} className="ledger-list" flush>
      <div
        className="ledger-form"
        onKeyDownCapture={(event) => {
          if (event.key === 'ArrowDown') {
            event.preventDefault();
            rows.current?.focus();
          }
        }}
      >
        <TextField
          inputRef={field}
          label={words.transactions.find}
          bare
          type="search"
          value={typed}
          onChange={setTyped}
          onEnter={open}
          placeholder={words.transactions.placeholder}
          maxLength={100}
        />
      </div>
      {what === 'nobody' && (
        <EmptyState title={words.transactions.nobody}>{words.transactions.nobodyHint}</EmptyState>
      )}
      {what === 'several' && (
        <EmptyState
          title={words.transactions.which}
          action={sought.members.slice(0, MOST_NAMED).map(({ did, handle }) => (
            <Button key={did} onPress={() => setTyped(did)}>
              <Foreign text={handle} />
            </Button>
          ))}
        >
          {sought.members.length > MOST_NAMED && words.transactions.more(sought.members.length - MOST_NAMED)}
        </EmptyState>
      )}
      {(what === 'id' || what === 'block') && (
        <EmptyState
          title={what === 'id' ? words.transactions.isId : words.transactions.isBlock(sought.height)}
          action={
            <Button kind="main" shortcut="enter" onPress={open}>
              {what === 'id' ? words.transactions.openId : words.transactions.openBlock(sought.height)}
            </Button>
          }
        />
      )}
      {act.problem && <ProblemNotice problem={act.problem} />}
      {(what === 'all' || what === 'account' || what === 'kind') && (
        <List
          key={what === 'account' ? sought.did : what === 'kind' ? sought.kind : ''}
          account={what === 'account' ? { did: sought.did, handle: sought.handle } : null}
          kind={what === 'kind' ? sought.kind : null}
          height={status.height}
          directory={directory}
          onPick={onPick}
          handle={rows}
        />
      )}
    </Panel>
  );
}

const countOf = (sought: Sought, { transactions }: LedgerStatus): string => {
  if (sought.what === 'account') return words.transactions.of(sought.handle);
  return sought.what === 'kind' ? kindWords(sought.kind) : count(transactions);
};

function List(props: {
  account: { did: string; handle: string } | null;
  kind: string | null;
  height: number;
  directory: Directory;
  onPick: (id: string) => void;
  handle: Ref<ListHandle>;
}) {
  const { account, kind, height, directory, onPick } = props;
  const client = useClient();
  const did = account?.did;
  const [atTop, setAtTop] = useState(true);
  const list = useMemo(
    () =>
      new PagedList<LedgerTransaction>((cursor) =>
        client.ledger.transactions({ cursor, limit: PAGE, account: did, ...(kind === null ? {} : { kind }) }),
      ),
    [client, did, kind],
  );
  const state = useStore(list.store);
  const seen = atTop ? height : null;
  useEffect(() => {
    if (seen !== null) void list.refresh();
  }, [list, seen]);
  const columns = useMemo(() => columnsFor(directory), [directory]);
  if (state.state === 'loading') return <Loading what={words.transactions.loading} />;
  if (state.problem && state.count === 0)
    return (
      <ProblemNotice
        problem={state.problem}
        action={<Button onPress={() => void list.refresh()}>{words.again}</Button>}
      />
    );
  if (state.count === 0)
    return account || kind ? (
      <EmptyState
        title={account ? words.transactions.emptyOf(account.handle) : words.transactions.emptyKind}
      />
    ) : (
      <EmptyState title={words.transactions.empty}>{words.transactions.emptyHint}</EmptyState>
    );
  return (
    <VirtualList
      handle={props.handle}
      label={words.transactions.list}
      source={{ count: state.count, at: (index) => itemAt(state, index) }}
      total={state.more ? -1 : state.count}
      keyOf={(transaction) => transaction.id}
      columns={columns}
      onRange={(first, last) => {
        setAtTop(first === 0);
        list.ensure(first, last);
      }}
      onActive={(transaction) => onPick(transaction.id)}
      onOpen={(transaction) => go('ledger', 'transactions', transaction.id)}
    />
  );
}
