import { useActions } from '../../actions/registry.ts';
import { goIn, useRoute } from '../../actions/route.ts';
import { calls as words } from '../../messages/calls.ts';
import { Button, Notice } from '../../ui/index.ts';
import { forgetCall, useCallView, useCurrentCall, type CurrentCall } from './current.ts';

/** While a call goes on and another room is shown: a line that says so and leads back. */
export function CallStrip() {
  const call = useCurrentCall();
  const [room, id] = useRoute();
  if (call === null || (room === 'calls' && id === call.room.id)) return null;
  return <Strip call={call} />;
}

function Strip({ call }: { call: CurrentCall }) {
  const { session, controls, room } = call;
  const phase = useCallView(session, (view) => view.phase);
  const ended = useCallView(session, (view) => view.ended);
  const heard = useCallView(session, (view) => view.own.get('microphone')?.muted === false);
  const back = () => goIn(call.community, 'calls', room.id);
  const isOver = phase === 'ended';
  useActions([
    { id: 'calls.back', label: words.acts.back, section: 'go', when: () => !isOver, run: back },
    {
      id: 'calls.mute',
      label: words.acts.mute,
      section: 'view',
      when: () => !isOver,
      run: () => controls.toggleMicrophone(),
    },
    {
      id: 'calls.leave',
      label: words.acts.leave,
      section: 'view',
      when: () => !isOver,
      run: () => session.leave(),
    },
  ]);
  if (isOver) {
    if (ended === null || ended.reason === 'left') return null;
    const told = words.ended[ended.reason];
    return (
      <Notice
        severity="attention"
        title={typeof told === 'string' ? told : told(ended.by?.handle ?? null)}
        live
        action={<Button onPress={forgetCall}>{words.strip.dismiss}</Button>}
      />
    );
  }
  return (
    <section aria-label={words.title}>
      <Notice
        title={words.strip.inCall(room.title)}
        action={
          <span className="calls-acts">
            <Button onPress={() => controls.toggleMicrophone()}>
              {heard ? words.bar.mute : words.bar.unmute}
            </Button>
            <Button onPress={() => session.leave()}>{words.strip.leave}</Button>
            <Button kind="main" onPress={back}>
              {words.strip.back}
            </Button>
          </span>
        }
      >
        {heard ? words.strip.heard : words.strip.muted}
      </Notice>
    </section>
  );
}
