import { useEffect, useState } from 'react';
import type { Outputs, Problem } from '../../../contract/index.ts';
import { problemOf, useNodeClient } from '../../bridge/index.ts';
import { inviteOf } from '../../identity/phrase.ts';
import { t } from '../../messages/en.ts';
import { ago } from '../../messages/format.ts';
import { leadsBeyond } from '../../text/addresses.ts';
import { Button, Notice, ProblemNotice, LiveRegion, TextArea, useNow } from '../../ui/index.ts';
import type { Plan } from './YouStep.tsx';
import { useStateFor } from '../useStateFor.ts';

const words = t.onboarding;

type Preview = Outputs['communities']['previewInvite'];

/** Reads an invite without using it. */
export function JoinForm({ invite, onNext }: { invite: string | null; onNext: (plan: Plan) => void }) {
  const client = useNodeClient();
  const now = useNow();
  const [text, setText] = useState(invite === null ? '' : inviteOf(invite));
  const link = inviteOf(text);
  const [preview, setPreview] = useStateFor<Preview | null>(link, null);
  const [problem, setProblem] = useStateFor<Problem | null>(link, null);
  const reading = link !== '' && preview === null && problem === null;
  useEffect(() => {
    if (link === '') return;
    let here = true;
    client.communities.previewInvite({ invite: link }).then(
      (answer) => here && setPreview(answer),
      (error: unknown) => here && setProblem(problemOf(error)),
    );
    return () => {
      here = false;
    };
  }, [client, link, setPreview, setProblem]);
  const next = () => {
    if (preview === null) return;
    const { name } = preview.community;
    const leadsOut = preview.addresses.some(leadsBeyond);
    onNext({ kind: 'join', invite: link, community: name, leadsOut });
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
      {reading && <LiveRegion>{words.inviteReading}</LiveRegion>}
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
