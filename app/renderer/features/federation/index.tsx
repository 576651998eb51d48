import { useState } from 'react';
import { useActions } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { federation as words } from '../../messages/federation.ts';
import { useFederation, useCommunity } from '../../stores/index.ts';
import { Button, Loading, Notice, Panel, ProblemNotice, ProgressBar } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useDoing } from '../useDoing.ts';
import { Addresses } from './Addresses.tsx';
import { Doctor } from './Doctor.tsx';
import { InviteDialog } from './InviteDialog.tsx';
import { Invites } from './Invites.tsx';
import { DialDialog, Peers } from './Peers.tsx';
import { Traffic } from './Traffic.tsx';
import '../record.css';
import './federation.css';

/** Connected peers, reachability, and invites. `['invite']` opens the dialog. */
export function FederationView({ path }: { path: readonly string[] }) {
  const client = useClient();
  const federation = useFederation();
  const sync = useCommunity().value?.sync ?? null;
  const doctor = useAct();
  const [ran, setRan] = useState(false);
  const [dialling, setDialling] = useState(false);
  const [turn, setTurn] = useState(0);
  const inviting = path[0] === 'invite';
  const calm = !inviting && !dialling;
  useDoing(words.doing);

  const diagnose = () => {
    setRan(false);
    void doctor
      .run(() => client.federation.diagnose({}))
      .then((went) => {
        setRan(went);
        void federation.refresh();
      });
  };
  const invite = () => go('federation', 'invite');
  useActions([
    {
      id: 'federation.invite',
      label: words.keys.invite,
      section: 'community',
      shortcut: 'i',
      line: true,
      when: () => calm,
      run: invite,
    },
    {
      id: 'federation.dial',
      label: words.keys.dial,
      section: 'node',
      shortcut: 'n',
      line: true,
      when: () => calm,
      run: () => setDialling(true),
    },
    {
      id: 'federation.doctor',
      label: words.keys.doctor,
      section: 'node',
      shortcut: 'd',
      line: true,
      when: () => calm && !doctor.busy,
      run: diagnose,
    },
  ]);

  const view = federation.value;
  const tools = (
    <Button kind="quiet" onPress={() => setDialling(true)}>
      {words.dial.title}
    </Button>
  );
  return (
    <div className="federation">
      <h1 className="hidden-visually">{words.title}</h1>
      {federation.problem && federation.state !== 'ready' && (
        <div className="federation-wide">
          <ProblemNotice
            problem={view ? { ...federation.problem, message: words.stale } : federation.problem}
            action={<Button onPress={() => void federation.refresh()}>{words.again}</Button>}
          />
        </div>
      )}
      {view === null && federation.state === 'loading' && (
        <Panel title={words.title} className="federation-wide">
          <Loading what={words.loading} />
        </Panel>
      )}
      {view && (
        <>
          <div className="federation-stack federation-reach">
            <Doctor doctor={view.doctor} act={doctor} ran={ran} onRun={diagnose} />
            <Panel title={words.sync.title} className="syncing">
              {sync === null ? (
                <Notice severity="good" title={words.sync.done} />
              ) : (
                <ProgressBar label={words.sync.stages[sync.stage]} progress={sync} />
              )}
            </Panel>
          </div>
          <div className="federation-stack">
            <Invites turn={turn} onInvite={invite} />
            <Traffic view={view} />
          </div>
          <Peers peers={view.peers} known={view.known} tools={tools} />
          <Addresses own={view.own} told={view.addresses} />
        </>
      )}
      {inviting && <InviteDialog onClose={() => go('federation')} onMade={() => setTurn((n) => n + 1)} />}
      {dialling && <DialDialog onClose={() => setDialling(false)} />}
    </div>
  );
}
