import { useState } from 'react';
import { CommunityName } from '../../../contract/index.ts';
import { t } from '../../messages/en.ts';
import { Button, Choices, Notice, Switch, TextField } from '../../ui/index.ts';
import { JoinForm } from './JoinForm.tsx';
import type { Plan } from './YouStep.tsx';

const words = t.onboarding;
export type Path = 'create' | 'join';

export interface ChoiceStepProps {
  path: Path;
  onPath: (path: Path) => void;
  invite: string | null;
  restored: boolean;
  /** Whether another identity may replace the one of this node. */
  mayRestore: boolean;
  onRestore: () => void;
  onNext: (plan: Plan) => void;
}

/** Step 1: start a community, or join one with an invite. */
export function ChoiceStep({
  path,
  onPath,
  invite,
  restored,
  mayRestore,
  onRestore,
  onNext,
}: ChoiceStepProps) {
  return (
    <div className="step">
      {restored && <Notice severity="good" title={words.restored} live />}
      <Choices
        beside
        label={words.choose}
        value={path}
        onChange={onPath}
        options={(['create', 'join'] as const).map((value) => ({ value, ...words[value] }))}
      />
      {path === 'create' ? <Create onNext={onNext} /> : <JoinForm invite={invite} onNext={onNext} />}
      {mayRestore && (
        <p className="step-foot">
          <span className="soft">{words.restore.means}</span>{' '}
          <Button kind="quiet" onPress={onRestore}>
            {words.restore.title}
          </Button>
        </p>
      )}
    </div>
  );
}

function Create({ onNext }: { onNext: (plan: Plan) => void }) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [boards, setBoards] = useState(true);
  const [error, setError] = useState<string | null>(null);
  const next = () => {
    const checked = CommunityName.safeParse(name);
    if (!checked.success) setError(checked.error.issues[0]?.message ?? null);
    else onNext({ kind: 'create', name: checked.data, description: description.trim(), boards });
  };
  return (
    <>
      <TextField
        label={words.community}
        hint={words.communityHint}
        value={name}
        onChange={(value) => {
          setName(value);
          setError(null);
        }}
        onEnter={next}
        error={error}
        maxLength={60}
        autoFocus
      />
      <TextField
        label={t.common.optionalLabel(words.description)}
        hint={words.descriptionHint}
        value={description}
        onChange={setDescription}
        onEnter={next}
        maxLength={400}
      />
      <Switch label={words.boards} value={boards} onChange={setBoards} />
      <div className="steps-buttons">
        <Button kind="main" onPress={next}>
          {t.common.next}
        </Button>
      </div>
    </>
  );
}
