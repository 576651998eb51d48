import { href } from '../actions/route.ts';
import { withRoom, type RoomFeature } from '../feature.ts';
import { features } from '../features.ts';
import { t } from '../messages/en.ts';
import { count } from '../messages/format.ts';
import { isOn, type Shown } from '../stores/index.ts';

const rooms = withRoom(features);
const useNoBadge = () => null;

interface ItemProps {
  readonly feature: RoomFeature;
  readonly isCurrent: boolean;
  readonly shown: Shown | null;
  readonly onGo: () => void;
}

/** One room with its key and what waits in it. */
function NavItem({ feature: { name, room, useBadge = useNoBadge }, isCurrent, shown, onGo }: ItemProps) {
  const badge = useBadge(shown);
  return (
    <a href={href(name)} aria-current={isCurrent ? 'page' : undefined} onClick={onGo}>
      <kbd aria-hidden="true">{room.shortcut.toUpperCase()}</kbd>
      <span className="nav-label">{room.label}</span>
      {badge !== null && (
        <span className="nav-count mono">
          <span aria-hidden="true">{count(badge.value)}</span>
          <span className="hidden-visually">, {badge.words}</span>
        </span>
      )}
    </a>
  );
}

/** The rooms of the console. */
export function Nav({ room, shown, onGo }: { room: string; shown: Shown | null; onGo: () => void }) {
  const open = rooms.filter(({ name }) => isOn(shown, name));
  return (
    <nav className="nav" aria-label={t.shell.navigation}>
      <ul>
        {open.map((feature, index) => {
          const before = open[index - 1];
          const begins = before !== undefined && before.room.group !== feature.room.group;
          return (
            <li key={feature.name} className={begins ? 'nav-group' : ''}>
              <NavItem feature={feature} isCurrent={room === feature.name} shown={shown} onGo={onGo} />
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
