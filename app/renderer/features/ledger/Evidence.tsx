import type { LedgerEvidence } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { bytes, count } from '../../messages/format.ts';
import { validators as setWords } from '../../messages/validators.ts';
import { useCommunity } from '../../stores/index.ts';
import { bytesOfBase64Url } from '../../text/keys.ts';
import { Button, LiveRegion, Message, Panel, ProblemNotice, RelativeTime, Foreign } from '../../ui/index.ts';
import { saveFile } from '../saveFile.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { useState } from 'react';

const { evidence: says } = setWords;
const MOST = 20;

/** Validators that provably broke the rules; nothing while there are none. */
export function Evidence({ height }: { readonly height: number }) {
  const client = useClient();
  const asked = useCall(() => client.ledger.evidence({ limit: MOST }), [height]);
  const { items, total } = asked.data ?? { items: [], total: 0 };
  if (items.length === 0) return null;
  return (
    <Panel title={says.title} count={count(total ?? items.length)} className="ledger-one">
      <p className="measure">{says.means}</p>
      <ul className="ledger-txs">
        {items.map((one) => (
          <Piece key={one.number} piece={one} />
        ))}
      </ul>
      <Export />
    </Panel>
  );
}

function Piece({ piece }: { readonly piece: LedgerEvidence }) {
  const { handle, slot, epoch, votes, at } = piece;
  return (
    <li>
      <span className="red strong">
        <Foreign text={handle} />
      </span>{' '}
      {says.both(votes[0], votes[1])}{' '}
      <span className="soft">
        <Message
          text={says.where}
          slot={count(slot)}
          epoch={count(epoch)}
          when={<RelativeTime past at={at} />}
        />
      </span>
    </li>
  );
}

function Export() {
  const client = useClient();
  const act = useAct();
  const community = useCommunity().value?.name ?? '';
  const [said, setSaid] = useState('');
  const save = () =>
    act.run(async () => {
      const { file } = await client.ledger.evidenceFile({});
      const content = bytesOfBase64Url(file) ?? new Uint8Array(0);
      const name = `${community}.evidence`;
      saveFile(name, content);
      setSaid(says.saved(name, bytes(content.length)));
    });
  return (
    <div className="ledger-acts">
      <Button onPress={() => void save()} isDisabled={act.busy}>
        {says.save}
      </Button>
      <LiveRegion>{said}</LiveRegion>
      <p className="soft measure">{says.check}</p>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </div>
  );
}
