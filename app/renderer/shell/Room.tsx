import { go } from '../actions/route.ts';
import { features } from '../features.ts';
import { t } from '../messages/en.ts';
import { Button, EmptyState } from '../ui/index.ts';

/** The name of a room as the title says it. */
export const roomTitle = (room: string): string =>
  features.find(({ name }) => name === room)?.room?.label ?? t.shell.rooms.missing;

/** The view that a place in the address names; `path` is the rest of the address, `isOn` whether its feature runs. */
export function Room({ room, path, isOn }: { room: string; path: string[]; isOn: boolean }) {
  if (!isOn)
    return (
      <div className="page">
        <EmptyState
          title={t.shell.turnedOff(roomTitle(room))}
          action={<Button onPress={() => go('settings', 'own')}>{t.shell.ownSettings}</Button>}
        >
          {t.shell.turnedOffRemedy}
        </EmptyState>
      </div>
    );
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
