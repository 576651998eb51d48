import { go } from '../../actions/route.ts';
import { t } from '../../messages/en.ts';
import { federation } from '../../messages/federation.ts';
import { Button, Notice, ProblemNotice } from '../../ui/index.ts';
import { ReachSteps } from '../ReachSteps.tsx';
import { useDialWish } from './dialWish.ts';

const words = t.onboarding.dial;

/**
 * The state of the set-up that follows a join. Nothing waits for it. `brief` leaves the steps to the
 * federation room.
 */
export function DialNotice({ brief = false }: { brief?: boolean }) {
  const { client, reach, busy, report, problem, setUp, dismiss } = useDialWish();
  if (reach === null || client === null) return null;
  if (busy) return <Notice title={federation.reach.working[reach]} live />;
  const actions = (
    <>
      <Button kind="quiet" onPress={dismiss}>
        {words.later}
      </Button>
      <Button onPress={() => void setUp(client, reach)}>{words.again}</Button>
    </>
  );
  if (problem !== null) return <ProblemNotice problem={problem} action={actions} />;
  if (report === null) return null;
  if (report.ready)
    return (
      <Notice
        severity="good"
        title={report.finding}
        live
        action={
          <Button kind="quiet" onPress={dismiss}>
            {t.common.close}
          </Button>
        }
      />
    );
  if (brief)
    return (
      <Notice
        severity="attention"
        title={words.short}
        live
        action={
          <>
            <Button kind="quiet" onPress={() => go('federation')}>
              {words.inFederation}
            </Button>
            {actions}
          </>
        }
      >
        {report.finding}
      </Notice>
    );
  return (
    <ReachSteps report={report} title={words.short} action={actions}>
      <p className="soft">{words.laterMeans}</p>
    </ReachSteps>
  );
}
