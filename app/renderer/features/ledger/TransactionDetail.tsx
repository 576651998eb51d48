import { useState } from 'react';
import type { LedgerTransaction } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { bytes, exact } from '../../messages/format.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { useCommunity } from '../../stores/index.ts';
import {
  Badge,
  Button,
  LiveRegion,
  Loading,
  Message,
  Panel,
  PersonName,
  ProblemNotice,
  RelativeTime,
  Foreign,
} from '../../ui/index.ts';
import { bytesOfBase64Url } from '../../text/keys.ts';
import { saveFile } from '../saveFile.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { useCopy } from '../useCopy.ts';
import { fieldsOf, kindWords } from './body.ts';
import type { BodyField, Directory } from './body.ts';

interface DetailProps {
  readonly id: string | null;
  readonly directory: Directory;
  /** Height of the ledger: a waiting transaction is requested again when it grows. */
  readonly height: number;
}

/** One transaction: its content, its finality, and its proof to export. */
export function TransactionDetail({ id, directory, height }: DetailProps) {
  return (
    <Panel title={words.transaction.title} className="ledger-one">
      {id === null ? (
        <p className="soft">{words.transaction.pick}</p>
      ) : (
        <Asked key={id} id={id} directory={directory} height={height} />
      )}
    </Panel>
  );
}

function Asked({ id, directory, height }: DetailProps & { readonly id: string }) {
  const client = useClient();
  const [final, setFinal] = useState(false);
  const asked = useCall(async () => {
    const transaction = await client.ledger.transaction({ id });
    setFinal(transaction.block !== null);
    return transaction;
  }, [id, final ? null : height]);
  if (asked.problem && asked.data === null)
    return (
      <ProblemNotice problem={asked.problem} action={<Button onPress={asked.reload}>{words.again}</Button>} />
    );
  if (asked.data === null) return <Loading what={words.transaction.loading} />;
  return <Told transaction={asked.data} directory={directory} />;
}

function Told({ transaction, directory }: { transaction: LedgerTransaction; directory: Directory }) {
  const { copy, said } = useCopy(words.transaction);
  const { block, kind, account, nonce, id, body } = transaction;
  const { transaction: says } = words;
  return (
    <>
      <p className="ledger-what">{kindWords(kind)}</p>
      <p className="ledger-state">
        {block === null ? (
          <>
            <Badge tone="amber">{says.waits}</Badge> {says.waitsMeans}
          </>
        ) : (
          <>
            <Badge tone="green">{says.final}</Badge>{' '}
            <Message
              text={says.finalMeans}
              block={
                <a className="link" href={href('ledger', 'blocks', String(block.height))}>
                  {says.finalIn(block.height)}
                </a>
              }
            />
          </>
        )}
      </p>
      <h3 className="ledger-sub">{says.body}</h3>
      <dl className="record">
        {fieldsOf(body, directory).map((field) => (
          <Field key={field.name} field={field} />
        ))}
      </dl>
      <h3 className="ledger-sub">{says.about}</h3>
      <dl className="record">
        <dt>{says.by}</dt>
        <dd>
          <PersonName person={account} />
        </dd>
        {block !== null && (
          <>
            <dt>{says.when}</dt>
            <dd>
              <RelativeTime past at={block.time} focusable />
            </dd>
            <dt>{says.place}</dt>
            <dd className="mono">{says.placeIn(block.height, block.place)}</dd>
          </>
        )}
        <dt>{says.nonce}</dt>
        <dd>{says.nonceMeans(nonce)}</dd>
        <dt>{says.kind}</dt>
        <dd className="mono">{kind}</dd>
        <dt>{says.id}</dt>
        <dd className="mono record-long">{id}</dd>
      </dl>
      <Proof transaction={transaction} onCopy={() => copy(id)} />
      <LiveRegion>{said}</LiveRegion>
    </>
  );
}

function Field({ field: { label, shown } }: { field: BodyField }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className={shown.as === 'mono' ? 'mono record-long' : 'ledger-value'}>
        {shown.as === 'person' && (
          <>
            {shown.handle !== null && (
              <span className="strong">
                <Foreign text={shown.handle} />{' '}
              </span>
            )}
            <span className="soft mono record-long">{shown.did}</span>
          </>
        )}
        {shown.as === 'time' && exact(shown.at)}
        {(shown.as === 'text' || shown.as === 'mono') && <Foreign text={shown.text} />}
        {shown.as === 'raw' && (
          <pre className="mono small ledger-raw" tabIndex={0}>
            <Foreign text={shown.text} />
          </pre>
        )}
      </dd>
    </>
  );
}

/** The name of a community as the start of a file name. */
const stemOf = (name: string): string =>
  name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-') || 'community';

function Proof({ transaction, onCopy }: { transaction: LedgerTransaction; onCopy: () => void }) {
  const client = useClient();
  const act = useAct();
  const stem = stemOf(useCommunity().value?.name ?? '');
  const [saved, setSaved] = useState<{ readonly name: string; readonly size: number } | null>(null);
  const { id, block } = transaction;
  const { transaction: says } = words;
  const save = (name: string, ask: () => Promise<string>) =>
    void act.run(async () => {
      const content = bytesOfBase64Url(await ask()) ?? new Uint8Array();
      saveFile(name, content);
      setSaved({ name, size: content.length });
    });
  const name = `${stem}-${id.slice(-8)}`;
  const proof = (single: boolean) =>
    save(
      `${name}${single ? '-single' : ''}.proof`,
      async () => (await client.ledger.proof({ id, single })).proof,
    );
  useActions([
    {
      id: 'ledger.proof',
      label: words.keys.proof,
      section: 'view',
      shortcut: 'e',
      line: true,
      when: () => block !== null && !act.busy,
      run: () => proof(false),
    },
  ]);
  return (
    <>
      <h3 className="ledger-sub">{says.proofTitle}</h3>
      <p className="soft measure">{block === null ? says.notYet : says.proofWhy}</p>
      <div className="ledger-acts">
        <Button kind="main" shortcut="e" onPress={() => proof(false)} isDisabled={block === null || act.busy}>
          {says.proof}
        </Button>
        <Button onPress={() => proof(true)} isDisabled={block === null || act.busy}>
          {says.single}
        </Button>
        <Button
          onPress={() => save(`${stem}.genesis`, async () => (await client.ledger.genesis({})).genesis)}
          isDisabled={act.busy}
        >
          {says.genesis}
        </Button>
        <Button kind="quiet" onPress={onCopy}>
          {says.copyId}
        </Button>
      </div>
      {saved && (
        <>
          <p role="status">{says.exported(saved.name, bytes(saved.size))}</p>
          <p className="soft">
            {says.check}{' '}
            <code className="mono ledger-code">
              impulse verify-proof {name}.proof --genesis {stem}.genesis
            </code>
          </p>
        </>
      )}
      {act.problem && <ProblemNotice problem={act.problem} />}
    </>
  );
}
