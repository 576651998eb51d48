import { useRef, useState, useEffect } from 'react';
import type { NodeStatus } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { t } from '../../messages/en.ts';
import { Panel } from '../../ui/index.ts';
import { ChoiceStep, type Path } from './ChoiceStep.tsx';
import { DialNotice } from './DialNotice.tsx';
import { PhraseStep } from './PhraseStep.tsx';
import { RestoreStep } from './RestoreStep.tsx';
import { YouStep, type Plan } from './YouStep.tsx';
import './onboarding.css';

const words = t.onboarding;

/**
 * The first steps: a community, an identity in it, and the recovery phrase. `invite` is the code of the link
 * that opened the console.
 */
export function Onboarding({ status, invite }: { status: NodeStatus; invite: string | null }) {
  const settled = status.phase !== 'setup';
  const [path, setPath] = useState<Path>(invite === null ? 'create' : 'join');
  const [plan, setPlan] = useState<Plan | null>(null);
  const [restored, setRestored] = useState(false);
  const [restoring, setRestoring] = useState(false);
  const step = settled ? 3 : plan === null ? 1 : 2;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t.shell.title(words.title, null);
  }, []);
  const arrived = useRef(step);
  useEffect(() => {
    if (arrived.current === step) return;
    arrived.current = step;
    title.current?.focus();
  }, [step]);
  // The third step is in the address, so that it stays when the node leaves its set-up phase.
  useEffect(() => {
    if (!settled) return;
    if (status.me?.phraseConfirmed === true) go('overview');
  }, [settled, status.me?.phraseConfirmed]);

  return (
    <main className="welcome">
      <div className="welcome-inner">
        <header className="welcome-head">
          <svg className="welcome-mark" viewBox="0 0 18 18" width="44" height="44" aria-hidden="true">
            <path d="M3 1h6v8h6v8H9V9H3z" />
          </svg>
          <div>
            <h1 className="mono welcome-brand">{t.common.appName}</h1>
            <p className="soft">{words.lead}</p>
          </div>
        </header>
        <ol className="steps" aria-label={words.stepOf(step)}>
          {words.steps.map((name, index) => (
            <li
              key={name}
              aria-current={index + 1 === step ? 'step' : undefined}
              data-done={index + 1 < step}
            >
              <span className="mono steps-number">{index + 1}</span> {name}
              {index + 1 < step && <span className="soft small steps-done">{words.stepDone}</span>}
            </li>
          ))}
        </ol>
        {step === 3 && <DialNotice />}
        <Panel title={words.steps[step - 1] ?? ''} count={words.stepOf(step)}>
          <h2 className="hidden-visually" tabIndex={-1} ref={title}>
            {words.stepTitle(step, words.steps[step - 1] ?? '')}
          </h2>
          {step === 1 && restoring && (
            <RestoreStep
              onBack={() => setRestoring(false)}
              onRestored={() => {
                setRestored(true);
                setRestoring(false);
                setPath('join');
              }}
            />
          )}
          {step === 1 && !restoring && (
            <ChoiceStep
              path={path}
              onPath={setPath}
              invite={invite}
              restored={restored}
              onRestore={() => setRestoring(true)}
              onNext={setPlan}
            />
          )}
          {step === 2 && plan !== null && (
            <YouStep
              plan={plan}
              onBack={() => setPlan(null)}
              onDone={() => go(restored ? 'overview' : 'welcome')}
            />
          )}
          {step === 3 && <PhraseStep onDone={() => go('overview')} />}
        </Panel>
        <p className="soft small welcome-keys">{words.keys}</p>
      </div>
    </main>
  );
}
