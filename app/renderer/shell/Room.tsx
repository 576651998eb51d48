import { rooms } from '../actions/rooms.ts';
import { go } from '../actions/route.ts';
import { BoardsView } from '../features/boards/index.tsx';
import { ChatView } from '../features/chat/index.tsx';
import { FederationView } from '../features/federation/index.tsx';
import { LedgerView } from '../features/ledger/index.tsx';
import { MembersView } from '../features/members/index.tsx';
import { ModerationView } from '../features/moderation/index.tsx';
import { OverviewView } from '../features/overview/index.tsx';
import { ReviewView } from '../features/review/index.tsx';
import { SettingsView } from '../features/settings/index.tsx';
import { t } from '../messages/en.ts';
import { useNode } from '../stores/index.ts';
import { Button, EmptyState } from '../ui/index.ts';

/** The name of a room as the title says it. */
export const roomTitle = (room: string): string =>
  rooms.find((entry) => entry.id === room)?.label ?? t.shell.rooms.missing;

/** What an invite link leads to on a node that already belongs to a community. */
function Settled() {
  const { value: status } = useNode();
  return (
    <div className="page">
      <EmptyState
        title={t.shell.settled(status?.community?.name ?? t.common.appName)}
        action={<Button onPress={() => go('overview')}>{t.shell.toOverview}</Button>}
      >
        {t.shell.settledRemedy}
      </EmptyState>
    </div>
  );
}

/** The view that a place in the address names; `path` is the rest of the address. */
export function Room({ room, path }: { room: string; path: string[] }) {
  switch (room) {
    case 'overview':
      return <OverviewView />;
    case 'boards':
      return <BoardsView path={path} />;
    case 'chat':
      return <ChatView path={path} />;
    case 'members':
      return <MembersView path={path} />;
    case 'ledger':
      return <LedgerView path={path} />;
    case 'review':
      return <ReviewView path={path} />;
    case 'moderation':
      return <ModerationView path={path} />;
    case 'federation':
      return <FederationView path={path} />;
    case 'join':
      return <Settled />;
    case 'settings':
      return <SettingsView path={path} />;
    default:
      return (
        <div className="page">
          <EmptyState
            title={t.shell.missing}
            action={<Button onPress={() => go('overview')}>{t.shell.toOverview}</Button>}
          >
            {t.shell.missingRemedy}
          </EmptyState>
        </div>
      );
  }
}
