import { calls as words } from '../../messages/calls.ts';
import { Button, Notice, ProblemNotice } from '../../ui/index.ts';
import { useCallView } from './current.ts';
import type { CallSession } from './session.ts';

const { notices } = words;

/** Notices for a person in a call: acts of moderators, questions, failures. */
export function Notices({ session }: { session: CallSession }) {
  const silenced = useCallView(session, (view) => view.silenced);
  const consent = useCallView(session, (view) => view.consentAsked);
  const ended = useCallView(session, (view) => view.recordingEnded);
  const blocked = useCallView(session, (view) => view.soundBlocked);
  const problem = useCallView(session, (view) => view.problem);
  return (
    <>
      {consent !== null && (
        <Notice
          severity="attention"
          title={notices.consent(consent.by.handle)}
          live
          action={
            <span className="calls-acts">
              <Button onPress={() => session.consent(false)}>{notices.refuse}</Button>
              <Button kind="main" onPress={() => session.consent(true)}>
                {notices.agree}
              </Button>
            </span>
          }
        >
          {notices.consentWhy}
        </Notice>
      )}
      {ended !== null && (
        <Notice
          severity={ended.reason === 'failed' ? 'danger' : 'info'}
          title={notices.recordingEnded[ended.reason](ended.by?.handle ?? null)}
          live
          action={<Button onPress={() => session.dismiss('recordingEnded')}>{notices.read}</Button>}
        >
          {ended.problem !== null && `${ended.problem.message} ${ended.problem.remedy ?? ''}`}
        </Notice>
      )}
      {blocked && (
        <Notice
          severity="attention"
          title={notices.blocked}
          live
          action={
            <Button kind="main" onPress={() => session.playSound()}>
              {notices.hear}
            </Button>
          }
        />
      )}
      {silenced !== null && (
        <Notice
          severity="attention"
          title={notices.silenced[silenced.source](silenced.by.handle)}
          live
          action={<Button onPress={() => session.dismiss('silenced')}>{notices.read}</Button>}
        >
          {silenced.source === 'microphone' && notices.silencedHint.microphone}
        </Notice>
      )}
      {problem !== null && (
        <ProblemNotice
          problem={problem}
          action={<Button onPress={() => session.dismiss('problem')}>{notices.read}</Button>}
        />
      )}
    </>
  );
}
