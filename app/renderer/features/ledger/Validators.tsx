import { isolated } from '../../../contract/foreign-text.ts';
import { useMemo, useState } from 'react';
import type { LedgerStatus, LedgerValidator } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { count, milliseconds } from '../../messages/format.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { validators as setWords } from '../../messages/validators.ts';
import { presences, useValidators } from '../../stores/index.ts';
import type { Presence, LedgerHealth } from '../../stores/index.ts';
import {
  Badge,
  Button,
  Dot,
  Loading,
  Panel,
  ProblemNotice,
  RelativeTime,
  VirtualList,
  Foreign,
} from '../../ui/index.ts';
import type { Column } from '../../ui/index.ts';
import type { Directory } from './body.ts';
import { CardDialog } from './CardDialog.tsx';
import { ChangeDialog } from './ChangeDialog.tsx';
import type { Wanted } from './ChangeDialog.tsx';
import { Evidence } from './Evidence.tsx';
import { Margin } from './Margin.tsx';

const { list: says } = setWords;

type Row = LedgerValidator & { readonly presence: Presence };

const tones = { signing: 'green', silent: 'red', unknown: 'soft' } as const;

const columns: readonly Column<Row>[] = [
  {
    id: 'handle',
    label: says.columns.handle,
    width: 'minmax(0, 1fr)',
    cell: (row) => (
      <span className="ledger-name">
        <Dot tone={tones[row.presence]} />
        <span className="strong cut">
          <Foreign text={row.handle} />
        </span>
        {row.isMe && <Badge tone="cyan">{says.you}</Badge>}
      </span>
    ),
  },
  {
    id: 'presence',
    label: says.columns.presence,
    width: '100px',
    cell: ({ presence }) => (
      <span className={presence === 'silent' ? 'red strong' : presence === 'unknown' ? 'soft' : ''}>
        {says.presences[presence]}
      </span>
    ),
  },
  {
    id: 'latency',
    label: says.columns.latency,
    width: '72px',
    align: 'right',
    wide: true,
    cell: ({ latencyMs }) => (
      <span className="mono">{latencyMs === null ? '–' : milliseconds(latencyMs)}</span>
    ),
  },
  {
    id: 'signed',
    label: says.columns.signed,
    width: '60px',
    align: 'right',
    wide: true,
    cell: ({ signed }) => <span className="mono">{signed === null ? '–' : count(signed)}</span>,
  },
  {
    id: 'missed',
    label: says.columns.missed,
    width: '60px',
    align: 'right',
    wide: true,
    cell: ({ missed }) => (
      <span className={`mono ${missed !== null && missed > 0 ? 'strong' : ''}`}>
        {missed === null ? '–' : count(missed)}
      </span>
    ),
  },
  {
    id: 'last',
    label: says.columns.last,
    width: '72px',
    align: 'right',
    cell: ({ lastSignedAt }) =>
      lastSignedAt === null ? (
        <span className="soft">{says.never}</span>
      ) : (
        <RelativeTime past at={lastSignedAt} short />
      ),
  },
];

interface ValidatorsProps {
  readonly status: LedgerStatus;
  readonly standing: LedgerHealth;
  readonly directory: Directory;
}

/** Who signs blocks, how many may fail, and how the set is changed. */
export function Validators({ status, standing, directory }: ValidatorsProps) {
  const view = useValidators();
  const held = view.value;
  const [picked, setPicked] = useState<string | null>(null);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [card, setCard] = useState(false);
  const rows = useMemo(() => {
    const all = held ?? [];
    const seen = presences(all);
    return all.map((validator, place): Row => ({ ...validator, presence: seen[place] ?? 'unknown' }));
  }, [held]);
  const one = rows.find(({ did }) => did === picked) ?? rows[0] ?? null;
  const calm = wanted === null && !card;
  const mayChange = calm && status.validating;
  const mayRemove = mayChange && one !== null && rows.length > 1;
  const remove = () => {
    if (one !== null) setWanted({ what: 'remove', validator: one });
  };
  useActions([
    {
      id: 'ledger.add',
      label: words.keys.add,
      section: 'community',
      shortcut: 'a',
      line: true,
      when: () => mayChange,
      run: () => setWanted({ what: 'add' }),
    },
    {
      id: 'ledger.sign',
      label: words.keys.sign,
      section: 'community',
      shortcut: 's',
      line: true,
      when: () => mayChange,
      run: () => setWanted({ what: 'sign' }),
    },
    {
      id: 'ledger.remove',
      label: words.keys.remove,
      section: 'community',
      shortcut: 'r',
      line: true,
      when: () => mayRemove,
      run: remove,
    },
    {
      id: 'ledger.card',
      label: words.keys.card,
      section: 'node',
      shortcut: 'c',
      line: true,
      when: () => calm,
      run: () => setCard(true),
    },
  ]);
  return (
    <div className="ledger-two ledger-validators">
      <div className="ledger-side">
        <Panel
          title={says.title}
          count={held ? says.count(standing.present, held.length, status.quorum) : null}
          className="ledger-list"
          flush
        >
          {held === null && view.state === 'loading' && <Loading what={says.loading} />}
          {view.problem && held === null && (
            <ProblemNotice
              problem={view.problem}
              action={<Button onPress={() => void view.refresh()}>{words.again}</Button>}
            />
          )}
          {rows.length > 0 && (
            <VirtualList
              label={says.list}
              items={rows}
              keyOf={(row) => row.did}
              columns={columns}
              autoFocus
              onActive={(row) => setPicked(row.did)}
            />
          )}
        </Panel>
        <Evidence height={status.height} />
        {one && <Details row={one} status={status} only={rows.length === 1} onRemove={remove} />}
      </div>
      <Margin
        status={status}
        standing={standing}
        onAdd={() => setWanted({ what: 'add' })}
        onSign={() => setWanted({ what: 'sign' })}
        onQuorum={() => setWanted({ what: 'quorum' })}
        onCard={() => setCard(true)}
      />
      {wanted && held && (
        <ChangeDialog
          wanted={wanted}
          status={status}
          validators={held}
          directory={directory}
          onClose={() => setWanted(null)}
        />
      )}
      {card && <CardDialog validating={status.validating} onClose={() => setCard(false)} />}
    </div>
  );
}

function Details(props: { row: Row; status: LedgerStatus; only: boolean; onRemove: () => void }) {
  const { row, status, only, onRemove } = props;
  const judged = row.signed === null || row.missed === null ? null : row.signed + row.missed;
  return (
    <Panel title={isolated(row.handle)} count={row.isMe ? says.you : null} className="ledger-one">
      <dl className="record">
        <dt>{says.columns.presence}</dt>
        <dd className={row.presence === 'silent' ? 'red strong' : ''}>{says.presences[row.presence]}</dd>
        <dt>{says.columns.last}</dt>
        <dd>
          {row.lastSignedAt === null ? says.never : <RelativeTime past at={row.lastSignedAt} focusable />}
        </dd>
        <dt>{says.columns.signed}</dt>
        <dd>{judged === null || judged === 0 ? says.unwatched : says.signedOf(row.signed ?? 0, judged)}</dd>
        <dt>{says.columns.latency}</dt>
        <dd className="mono">{row.latencyMs === null ? '–' : milliseconds(row.latencyMs)}</dd>
        <dt>{says.identity}</dt>
        <dd className="mono record-long">{row.did}</dd>
        <dt>{says.peer}</dt>
        <dd className="mono record-long">{row.peer}</dd>
        <dt>{says.bls}</dt>
        <dd className="mono record-long">{row.bls}</dd>
      </dl>
      {status.validating && (
        <div className="ledger-acts">
          <Button kind="danger" shortcut="r" onPress={onRemove} isDisabled={only}>
            {says.remove}
          </Button>
          {only && <p className="soft">{says.last}</p>}
        </div>
      )}
    </Panel>
  );
}
