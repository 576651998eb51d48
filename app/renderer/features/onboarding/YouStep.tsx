import { useState } from 'react';
import { Handle, type Problem } from '../../../contract/index.ts';
import { problemOf, useNodeClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Button, Choices, ProblemNotice, LiveRegion, Switch, TextField, Foreign } from '../../ui/index.ts';
import { diallers, useDialWish, type Dialler } from './dialWish.ts';

const words = t.onboarding;

/** The choice of step 1. */
export type Plan =
  | { kind: 'create'; name: string; description: string; boards: boolean }
  | {
      kind: 'join';
      invite: string;
      community: string;
      /** Whether the invite leads beyond this machine, so that others could dial this node in return. */
      leadsOut: boolean;
    };

interface YouStepProps {
  plan: Plan;
  /** Whether the node has no community yet. */
  isFirst: boolean;
  onBack: () => void;
  onDone: (community: string) => void;
}

/** Step 2: the handle and, before a join, who may dial this node; then the community is made or joined. */
export function YouStep({ plan, isFirst, onBack, onDone }: YouStepProps) {
  const client = useNodeClient();
  const setUp = useDialWish((wish) => wish.setUp);
  const [handle, setHandle] = useState('');
  const [ownIdentity, setOwnIdentity] = useState(false);
  const [dialler, setDialler] = useState<Dialler>('nobody');
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
      if (plan.kind === 'join') {
        // The node is set up before it joins, so that it connects only once; the report follows.
        const wish = dialler === 'nobody' ? {} : { wish: { reach: dialler } };
        const joined = await client.communities.join({
          invite: plan.invite,
          handle: checked.data,
          ownIdentity,
          ...wish,
        });
        if (dialler !== 'nobody') void setUp(client.in(joined.id), dialler);
        onDone(joined.id);
      } else {
        const { name, description, boards } = plan;
        const made = await client.communities.create({
          name,
          description,
          boards,
          handle: checked.data,
          ownIdentity,
        });
        onDone(made.id);
      }
    } catch (failure) {
      setProblem(problemOf(failure));
      setBusy(false);
    }
  };
  return (
    <div className="step">
      <p className="step-lead">
        <span className="soft">{t.common.label(words[plan.kind].title)}</span>{' '}
        <span className="strong">
          <Foreign text={plan.kind === 'create' ? plan.name : plan.community} />
        </span>
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
        maxLength={64}
        autoFocus
        autoComplete="nickname"
      />
      {plan.kind === 'join' && plan.leadsOut && (
        <Choices
          label={words.dial.title}
          value={dialler}
          onChange={setDialler}
          options={diallers.map((value) => ({ value, ...words.dial[value] }))}
        />
      )}
      {!isFirst && (
        <div>
          <Switch label={words.ownIdentity} value={ownIdentity} onChange={setOwnIdentity} />
          <p className="soft small">{words.ownIdentityHint}</p>
        </div>
      )}
      {problem !== null && <ProblemNotice problem={problem} />}
      <div className="steps-buttons">
        {busy && <LiveRegion>{words.working[plan.kind]}</LiveRegion>}
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
