import { useState } from 'react';
import { href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { useLedger, useValidators, ledgerHealthOf } from '../../stores/index.ts';
import { Badge, ProblemNotice, useNow } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';

/** How long a transaction waits before another message is shown. */
const SLOW_MS = 20_000;

/** A duration: milliseconds under a second, else seconds. */
const tookWords = (ms: number): string =>
  ms < 1_000
    ? words.follow.milliseconds(Math.round(ms))
    : words.follow.seconds((ms / 1_000).toFixed(ms < 10_000 ? 1 : 0));

/** The progress of a submitted transaction until it is final. */
export function Follow({ id }: { id: string }) {
  const client = useClient();
  const status = useLedger().value;
  const validators = useValidators().value ?? [];
  const now = useNow('second');
  const [sentAt] = useState(() => Date.now());
  const [final, setFinal] = useState<{ readonly height: number; readonly tookMs: number } | null>(null);
  const asked = useCall(async () => {
    const { block } = await client.ledger.transaction({ id });
    if (block !== null) setFinal((held) => held ?? { height: block.height, tookMs: Date.now() - sentAt });
    return block;
  }, [id, final === null ? status?.height : null, final === null ? status?.waiting : null]);
  const stands = status !== null && ['stopped', 'halted'].includes(ledgerHealthOf(status, validators).kind);
  const { follow } = words;
  return (
    <div role="status">
      <ol className="follow">
        <li>
          <Badge tone="blue">1</Badge> {follow.sent}
        </li>
        <li>
          <Badge tone={final ? 'green' : 'amber'}>2</Badge>{' '}
          {final ? (
            <>
              <span className="strong">{follow.finalTook(final.height, tookWords(final.tookMs))}</span>{' '}
              <a className="link" href={href('ledger', 'transactions', id)}>
                {follow.show}
              </a>
            </>
          ) : asked.problem ? (
            follow.gone
          ) : stands ? (
            follow.stands
          ) : now - sentAt > SLOW_MS ? (
            follow.slow
          ) : (
            follow.waits
          )}
        </li>
        {asked.problem && final === null && (
          <li>
            <ProblemNotice problem={asked.problem} />
          </li>
        )}
      </ol>
    </div>
  );
}
