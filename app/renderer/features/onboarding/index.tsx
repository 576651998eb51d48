import { useRef, useState, useEffect } from 'react';
import { go, goIn } from '../../actions/route.ts';
import { t } from '../../messages/en.ts';
import { useNode } from '../../stores/index.ts';
import { Button, Panel } from '../../ui/index.ts';
import { ChoiceStep, type Path } from './ChoiceStep.tsx';
import { DialNotice } from './DialNotice.tsx';
import { PhraseStep } from './PhraseStep.tsx';
import { RestoreStep } from './RestoreStep.tsx';
import { YouStep, type Plan } from './YouStep.tsx';
import './onboarding.css';

const words = t.onboarding;

interface OnboardingProps {
  /** Where it begins: the choice of a community, or the recovery phrase of one that was made before. */
  step: 'choice' | 'phrase';
  /** Whether the node has no community yet; otherwise one more is added. */
  isFirst: boolean;
  /** The code of the link that opened the console. */
  invite: string | null;
}

/** The first steps: a community, an identity in it, and the recovery phrase. */
export function Onboarding({ step: begin, isFirst, invite }: OnboardingProps) {
  const settled = begin === 'phrase';
  const confirmed = useNode().value?.me.phraseConfirmed === true;
  const steps = isFirst || settled ? words.steps : words.steps.slice(0, 2);
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
  const done = (community: string) => {
    if (confirmed || restored || !isFirst) goIn(community, 'overview');
    else go('welcome');
  };

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
        <ol className="steps" aria-label={words.stepOf(step, steps.length)}>
          {steps.map((name, index) => (
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
        <Panel title={words.steps[step - 1] ?? ''} count={words.stepOf(step, steps.length)}>
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
              mayRestore={isFirst && !restored}
              onRestore={() => setRestoring(true)}
              onNext={setPlan}
            />
          )}
          {step === 2 && plan !== null && (
            <YouStep plan={plan} isFirst={isFirst} onBack={() => setPlan(null)} onDone={done} />
          )}
          {step === 3 && <PhraseStep onDone={() => go('overview')} />}
        </Panel>
        {!isFirst && !settled && (
          <p>
            <Button kind="quiet" onPress={() => go('overview')}>
              {words.cancel}
            </Button>
          </p>
        )}
        <p className="soft small welcome-keys">{words.keys}</p>
      </div>
    </main>
  );
}
