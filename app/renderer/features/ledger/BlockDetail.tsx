import { href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { count } from '../../messages/format.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { Badge, Button, Loading, Panel, ProblemNotice, RelativeTime, Foreign } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { briefOf, kindWords } from './body.ts';
import type { Directory } from './body.ts';
import { nameOf } from './useDirectory.ts';

/** One block: proposer, time, and the transactions in it. */
export function BlockDetail({ height, directory }: { height: number; directory: Directory }) {
  return (
    <Panel title={words.block.title(height)} className="ledger-one">
      <Facts key={height} height={height} directory={directory} />
    </Panel>
  );
}

function Facts({ height, directory }: { height: number; directory: Directory }) {
  const client = useClient();
  const asked = useCall(() => client.ledger.block({ block: height }), [height]);
  if (asked.problem)
    return (
      <ProblemNotice problem={asked.problem} action={<Button onPress={asked.reload}>{words.again}</Button>} />
    );
  if (asked.data === null) return <Loading what={words.block.loading} />;
  const { block, transactions } = asked.data;
  return (
    <>
      <p className="ledger-state">
        <Badge tone="green">{words.block.final}</Badge> {words.block.finalMeans}
      </p>
      <dl className="record">
        <dt>{words.block.when}</dt>
        <dd>
          <RelativeTime past at={block.time} focusable />
        </dd>
        <dt>{words.block.proposer}</dt>
        <dd>{block.proposer === null ? words.blocks.earlier : nameOf(block.proposer, directory)}</dd>
        <dt>{words.block.slot}</dt>
        <dd className="mono">{words.block.slotOf(block.epoch, block.slot)}</dd>
      </dl>
      <h3 className="ledger-sub">
        {words.block.transactions} <span className="soft mono">{count(transactions.length)}</span>
      </h3>
      {transactions.length === 0 && <p className="soft">{words.block.none}</p>}
      <ul className="ledger-txs">
        {transactions.map((transaction) => (
          <li key={transaction.id}>
            <a href={href('ledger', 'transactions', transaction.id)}>
              <span>
                <span className="cyan">{kindWords(transaction.kind)}</span>{' '}
                <span className="strong">{briefOf(transaction.body, directory)}</span>
              </span>
              <span className="soft">
                <Foreign text={transaction.account.handle} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      <h3 className="ledger-sub">{words.block.hashes}</h3>
      <dl className="record">
        <dt>{words.block.hash}</dt>
        <dd className="mono record-long">{block.hash}</dd>
        <dt>{words.block.parent}</dt>
        <dd className="mono record-long">
          {height === 1 ? (
            words.block.first
          ) : (
            <a
              className="link"
              href={href('ledger', 'blocks', String(height - 1))}
              title={words.block.toParent(height - 1)}
            >
              {block.parent}
            </a>
          )}
        </dd>
        <dt>{words.block.root}</dt>
        <dd className="mono record-long">{block.transactionRoot}</dd>
        <dt>{words.block.state}</dt>
        <dd className="mono record-long">{block.stateRoot}</dd>
      </dl>
    </>
  );
}
