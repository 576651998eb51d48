import { go } from '../actions/route.ts';
import { features } from '../features.ts';
import { t } from '../messages/en.ts';
import { useNode } from '../stores/index.ts';
import { Button, EmptyState } from '../ui/index.ts';

/** The name of a room as the title says it. */
export const roomTitle = (room: string): string =>
  features.find(({ name }) => name === room)?.room?.label ?? t.shell.rooms.missing;

/** The page of an invite link on a node that already belongs to a community. */
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
  if (room === 'join') return <Settled />;
  const View = features.find(({ name }) => name === room)?.View;
  if (View !== undefined) return <View path={path} features={features} />;
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
