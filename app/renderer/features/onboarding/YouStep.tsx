import { useState } from 'react';
import { Handle, type Problem } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Button, ProblemNotice, Said, TextField } from '../../ui/index.ts';

const words = t.onboarding;

/** What step 1 decided. */
export type Plan =
  | { kind: 'create'; name: string; description: string; boards: boolean }
  | { kind: 'join'; invite: string; community: string };

/** Step 2: the handle, then the community is made or joined. */
export function YouStep({ plan, onBack, onDone }: { plan: Plan; onBack: () => void; onDone: () => void }) {
  const client = useClient();
  const [handle, setHandle] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    const checked = Handle.safeParse(handle);
    if (!checked.success) {
      setError(checked.error.issues[0]?.message ?? null);
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      if (plan.kind === 'join') await client.community.join({ invite: plan.invite, handle: checked.data });
      else {
        const { name, description, boards } = plan;
        await client.community.create({ name, description, boards, handle: checked.data });
      }
      onDone();
    } catch (failure) {
      setProblem(problemOf(failure));
      setBusy(false);
    }
  };
  return (
    <div className="step">
      <p className="step-lead">
        <span className="soft">{words[plan.kind].title}:</span>{' '}
        <span className="strong">{plan.kind === 'create' ? plan.name : plan.community}</span>
      </p>
      <TextField
        label={words.handle}
        hint={words.handleHint}
        value={handle}
        onChange={(value) => {
          setHandle(value);
          setError(null);
        }}
        onEnter={() => void run()}
        error={error}
        maxLength={32}
        autoFocus
        autoComplete="nickname"
      />
      {problem !== null && <ProblemNotice problem={problem} />}
      <div className="steps-buttons">
        {busy && <Said>{words.working[plan.kind]}</Said>}
        <Button onPress={onBack} isDisabled={busy}>
          {t.common.back}
        </Button>
        <Button kind="main" onPress={() => void run()} isDisabled={busy}>
          {plan.kind === 'create' ? words.createNow : words.joinNow}
        </Button>
      </div>
    </div>
  );
}
