import { go } from '../../actions/route.ts';
import { useActions } from '../../actions/registry.ts';
import { t } from '../../messages/en.ts';
import { useDoing } from '../useDoing.ts';
import { isOn, useShown } from '../../stores/index.ts';
import { Loading } from '../../ui/index.ts';
import { BoardsPanel } from './BoardsPanel.tsx';
import { FederationPanel } from './FederationPanel.tsx';
import { HealthPanel } from './HealthPanel.tsx';
import { Hero } from './Hero.tsx';
import { NeedsPanel } from './NeedsPanel.tsx';
import { OnlinePanel } from './OnlinePanel.tsx';
import './overview.css';

/** The overview: whether all is well, who is online, what is new, what needs a decision. */
export function OverviewView() {
  const shown = useShown();
  useDoing(t.shell.rooms.overview);
  useActions([
    {
      id: 'overview.invite',
      label: t.overview.keys.invite,
      section: 'community',
      shortcut: 'i',
      run: () => go('federation', 'invite'),
      line: true,
    },
  ]);
  if (shown === null)
    return (
      <div className="page">
        <Loading what={t.overview.loading} />
      </div>
    );
  return (
    <div className="page overview">
      <Hero shown={shown} />
      <NeedsPanel shown={shown} />
      {isOn(shown, 'chat') && <OnlinePanel status={shown.community} />}
      {isOn(shown, 'boards') && <BoardsPanel />}
      <FederationPanel status={shown.community} />
      <HealthPanel shown={shown} />
    </div>
  );
}
