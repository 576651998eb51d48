import type { ScopeBounds } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { moderation } from '../../messages/moderation.ts';
import { Button, Message, Meter, Panel, ProblemNotice, RelativeTime, Switch } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';

const words = moderation.calibration;

interface CalibrationProps {
  readonly scope: ScopeBounds;
  readonly busy: boolean;
  readonly onTry: (on: boolean) => void;
}

/** Learning from decisions: consent, the number of decisions, and a replay before it takes effect. */
export function Calibration({ scope, busy, onTry }: CalibrationProps) {
  const client = useClient();
  const consent = useCall(() => client.moderation.consent({}));
  const act = useAct();
  const given = consent.data?.given ?? false;
  const { samples, needed, since } = scope.calibration;
  return (
    <Panel title={words.title} className="moderation-calibration">
      <p className="soft measure">{words.why}</p>
      <Switch
        label={words.consent}
        value={given}
        on={words.consentOn}
        off={words.consentOff}
        isDisabled={consent.data === null || act.busy}
        onChange={(next) =>
          void act
            .run(() => client.moderation.setConsent({ given: next }))
            .then((done) => done && consent.reload())
        }
      />
      <p className="soft small">{words.consentHint}</p>
      <Meter
        label={words.decisions}
        share={Math.min(1, samples / needed)}
        words={words.learnt(samples, needed)}
      />
      <p>{words.samples(samples, needed)}</p>
      <p className="soft">
        {since === null ? words.off : <Message text={words.since} when={<RelativeTime at={since} past />} />}
      </p>
      <div className="moderation-line">
        <Button isDisabled={!given || samples < needed || busy} onPress={() => onTry(true)}>
          {words.try}
        </Button>
        {since !== null && (
          <Button isDisabled={busy} onPress={() => onTry(false)}>
            {words.tryWithout}
          </Button>
        )}
        {!given && <span className="soft small">{words.noConsent}</span>}
      </div>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Panel>
  );
}
