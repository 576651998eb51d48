import { useEffect, useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { CommunityName, type Outputs, type Problem } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { ago } from '../../messages/format.ts';
import { Button, Notice, ProblemNotice, Said, Switch, TextArea, TextField, useNow } from '../../ui/index.ts';
import { inviteOf } from '../../identity/phrase.ts';
import type { Plan } from './YouStep.tsx';

const words = t.onboarding;
export type Path = 'create' | 'join';

export interface ChoiceStepProps {
  path: Path;
  onPath: (path: Path) => void;
  invite: string | null;
  restored: boolean;
  onRestore: () => void;
  onNext: (plan: Plan) => void;
}

/** Step 1: start a community, or join one with an invite. */
export function ChoiceStep({ path, onPath, invite, restored, onRestore, onNext }: ChoiceStepProps) {
  return (
    <div className="step">
      {restored && <Notice severity="good" title={words.restored} live />}
      <RadioGroup
        value={path}
        onChange={(value) => onPath(value === 'join' ? 'join' : 'create')}
        className="choices"
      >
        <Label className="strong">{words.choose}</Label>
        {(['create', 'join'] as const).map((id) => (
          <Radio key={id} value={id} className="choice">
            <span className="choice-mark" aria-hidden="true" />
            <span>
              <span className="strong">{words[id].title}</span>
              <br />
              <span className="soft">{words[id].means}</span>
            </span>
          </Radio>
        ))}
      </RadioGroup>
      {path === 'create' ? <Create onNext={onNext} /> : <Join invite={invite} onNext={onNext} />}
      {!restored && (
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
        label={`${words.description} (${t.common.optional})`}
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

type Preview = Outputs['community']['previewInvite'];

function Join({ invite, onNext }: { invite: string | null; onNext: (plan: Plan) => void }) {
  const client = useClient();
  const now = useNow();
  const [text, setText] = useState(invite === null ? '' : inviteOf(invite));
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [reading, setReading] = useState(false);
  const link = inviteOf(text);
  useEffect(() => {
    setPreview(null);
    setProblem(null);
    if (link === '') return;
    let here = true;
    setReading(true);
    client.community.previewInvite({ invite: link }).then(
      (answer) => {
        if (!here) return;
        setPreview(answer);
        setReading(false);
      },
      (error: unknown) => {
        if (!here) return;
        setProblem(problemOf(error));
        setReading(false);
      },
    );
    return () => {
      here = false;
    };
  }, [client, link]);
  const next = () => {
    if (preview !== null) onNext({ kind: 'join', invite: link, community: preview.community.name });
  };
  return (
    <>
      <TextArea
        label={words.invite}
        hint={words.inviteHint}
        value={text}
        onChange={setText}
        rows={3}
        placeholder="impulse://join/"
        mono
        autoFocus
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || preview === null) return;
          event.preventDefault();
          next();
        }}
      />
      {reading && <Said>{words.inviteReading}</Said>}
      {preview !== null && (
        <Notice severity="good" title={words.inviteFor(preview.community.name)} live>
          <p className="soft">
            {words.inviteAddresses(preview.addresses.length)}{' '}
            {preview.expiresAt !== null && words.inviteExpires(ago(preview.expiresAt, now))}
          </p>
        </Notice>
      )}
      {problem !== null && <ProblemNotice problem={problem} />}
      <div className="steps-buttons">
        <Button kind="main" onPress={next} isDisabled={preview === null}>
          {t.common.next}
        </Button>
      </div>
    </>
  );
}
