import { finalStateOf, useConnection } from '../bridge/index.ts';
import { DialNotice } from '../features/onboarding/DialNotice.tsx';
import { features } from '../features.ts';
import { t } from '../messages/en.ts';
import { problems } from '../messages/problems.ts';
import { useCommunity } from '../stores/index.ts';
import { Button, Notice } from '../ui/index.ts';

const strips = features.flatMap(({ name, Strip }) => (Strip === undefined ? [] : [{ name, Strip }]));

/** One line under the header if the console or its node has a problem. */
export function Banner() {
  const connection = useConnection();
  const { value: status } = useCommunity();
  const phase = status?.phase;
  const final = finalStateOf(connection.state);
  return (
    <div className="banner">
      {connection.state === 'lost' && (
        <Notice
          severity="danger"
          title={t.shell.lost}
          live
          action={<Button onPress={connection.retryNow}>{t.common.tryAgain}</Button>}
        >
          {t.shell.lostRemedy}
        </Notice>
      )}
      {final !== null && (
        <Notice severity="danger" title={problems[final].message} live>
          {problems[final].remedy}
        </Notice>
      )}
      {connection.state === 'open' && phase !== undefined && phase !== 'ready' && (
        <Notice severity={phase === 'degraded' ? 'danger' : 'attention'} title={t.shell.phases[phase]} live />
      )}
      <DialNotice brief />
      {strips.map(({ name, Strip }) => (
        <Strip key={name} />
      ))}
    </div>
  );
}
