import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { CommunityCard, Problem } from '../contract/index.ts';
import { globalActions } from './actions/global.ts';
import { installKeyboard } from './actions/keyboard.ts';
import { everywhere, useActions } from './actions/registry.ts';
import { go, goAnywhere, useRoute } from './actions/route.ts';
import { ClientProvider, CommunityProvider, finalStateOf, useConnection } from './bridge/index.ts';
import { Switcher } from './features/communities/index.tsx';
import { Onboarding } from './features/onboarding/index.tsx';
import { Palette } from './features/palette/index.tsx';
import { MembershipSection } from './features/settings/MembershipSection.tsx';
import { features } from './features.ts';
import { communities } from './messages/communities.ts';
import { t } from './messages/en.ts';
import { problems } from './messages/problems.ts';
import { Banner } from './shell/Banner.tsx';
import { Boundary } from './shell/Boundary.tsx';
import { Header } from './shell/Header.tsx';
import { KeyLine } from './shell/KeyLine.tsx';
import { Keys } from './shell/Keys.tsx';
import { Nav } from './shell/Nav.tsx';
import { Room, roomTitle } from './shell/Room.tsx';
import { useCurrentCommunity } from './shell/useCurrentCommunity.ts';
import './shell/shell.css';
import { isOn, useCommunities, useCommunity, useNode, useShown } from './stores/index.ts';
import { Appearance, useAppearance } from './theme/appearance.ts';
import { Button, Loading, ProblemNotice } from './ui/index.ts';
import { useStateFor } from './features/useStateFor.ts';

/** The console: connects to its node, then shows the room that the address names. */
export function App() {
  return (
    <ClientProvider fallback={<Waiting />}>
      <Console />
    </ClientProvider>
  );
}

function Waiting() {
  return (
    <main className="page alone">
      <h1 className="hidden-visually">{t.common.appName}</h1>
      <Loading what={t.shell.connecting} />
    </main>
  );
}

function Console() {
  const node = useNode();
  const { value: cards, problem } = useCommunities();
  const route = useRoute();
  const connection = useConnection();
  const status = node.value;
  const room = route[0] ?? 'overview';
  const confirmed = status?.me.phraseConfirmed === true;
  const { card: shown, isMissing } = useCurrentCommunity(cards ?? []);
  useEffect(() => installKeyboard(), []);
  // The first steps end as soon as the phrase is confirmed, even if their last button was not pressed.
  useEffect(() => {
    if (room === 'welcome' && confirmed) go('overview');
  }, [room, confirmed]);

  if (status === null || cards === null) {
    const fault = node.problem ?? problem;
    const final = finalStateOf(connection.state);
    if (fault === null && final === null) return <Waiting />;
    const told = final === null ? null : problems[final];
    return (
      <Alone
        problem={{
          code: final ?? fault?.code ?? 'denied',
          message: told?.message ?? fault?.message ?? t.shell.failed,
          remedy: told?.remedy ?? fault?.remedy ?? t.shell.failedRemedy,
        }}
      >
        <Button onPress={connection.retryNow}>{t.common.tryAgain}</Button>
      </Alone>
    );
  }
  const isAdding = room === 'join' || room === 'add';
  if (shown === null || isAdding || (room === 'welcome' && !confirmed)) {
    const invite = room === 'join' ? (route[1] ?? null) : null;
    return (
      <Onboarding step={room === 'welcome' ? 'phrase' : 'choice'} isFirst={shown === null} invite={invite} />
    );
  }
  if (isMissing) {
    return (
      <Alone problem={{ code: 'community-unknown', ...communities.missing }}>
        <Button onPress={() => goAnywhere('overview')}>{communities.toAnother}</Button>
      </Alone>
    );
  }
  return (
    <CommunityProvider key={shown.id} id={shown.id}>
      <Frame room={room === 'welcome' ? 'overview' : room} path={route.slice(1)} card={shown} />
    </CommunityProvider>
  );
}

/** A problem in place of the whole console, and an action against it. */
function Alone({ problem, children }: { problem: Problem; children: ReactNode }) {
  return (
    <main className="page alone">
      <h1 className="hidden-visually">{t.common.appName}</h1>
      <ProblemNotice problem={problem} action={children} />
    </main>
  );
}

/** Moves the focus to the new view and names it in the window title. */
function useArrival(room: string, community: string | null) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(room);
  useEffect(() => {
    document.title = t.shell.title(roomTitle(room), community);
    if (before.current === room) return;
    before.current = room;
    main.current?.focus();
  }, [room, community]);
  return main;
}

function Frame({ room, path, card }: { room: string; path: string[]; card: CommunityCard }) {
  const shown = useShown();
  const community = useCommunity();
  const fault = community.value === null ? community.problem : null;
  const [open, setOpen] = useStateFor<'palette' | 'keys' | 'communities' | null>(room, null);
  const [menu, setMenu] = useState(false);
  const main = useArrival(room, shown?.community.name ?? card.name);
  useActions(
    globalActions({
      features: features.filter(({ name }) => isOn(shown, name)),
      openPalette: () => setOpen('palette'),
      openKeys: () => setOpen('keys'),
      openCommunities: () => setOpen('communities'),
      nextTheme: () => {
        const all = Appearance.shape.theme.unwrap().options;
        const { theme, change } = useAppearance.getState();
        change({ theme: all[(all.indexOf(theme) + 1) % all.length] ?? 'system' });
      },
    }),
    everywhere,
  );
  return (
    <div className="console" data-menu={menu ? 'open' : 'closed'}>
      <Header
        card={card}
        shown={shown}
        onMenu={() => setMenu(!menu)}
        onSwitch={() => setOpen('communities')}
        onSkip={() => main.current?.focus()}
      />
      <Banner />
      <Nav room={room} shown={shown} onGo={() => setMenu(false)} />
      <main id="main" className="main" ref={main} tabIndex={-1} aria-label={roomTitle(room)}>
        <h1 className="hidden-visually">{roomTitle(room)}</h1>
        <Boundary place={room}>
          {/* Rooms and their keys depend on this person’s role. */}
          {shown !== null && <Room room={room} path={path} isOn={isOn(shown, room)} />}
          {shown === null && (
            <div className="page">
              {fault === null ? (
                <Loading what={t.shell.opening} />
              ) : (
                <div className="stack">
                  <p className="soft">{communities.broken(card.name)}</p>
                  <ProblemNotice
                    problem={fault}
                    action={<Button onPress={() => void community.refresh()}>{t.common.tryAgain}</Button>}
                  />
                  <MembershipSection id={card.id} />
                </div>
              )}
            </div>
          )}
        </Boundary>
      </main>
      <KeyLine version={shown?.node.version ?? null} />
      {open === 'communities' && <Switcher current={card.id} onClose={() => setOpen(null)} />}
      {open === 'palette' && <Palette current={card.id} onClose={() => setOpen(null)} />}
      <Keys isOpen={open === 'keys'} onClose={() => setOpen(null)} />
    </div>
  );
}
