import type { CommunityCard } from '../../contract/index.ts';
import { href } from '../actions/route.ts';
import { t } from '../messages/en.ts';
import { clock, plural } from '../messages/format.ts';
import { communities as words } from '../messages/communities.ts';
import { useCommunities, type Shown } from '../stores/index.ts';
import { Button, Dot, useNow, Foreign } from '../ui/index.ts';

function Clock() {
  const now = useNow('second');
  return (
    <time className="mono state-clock" dateTime={new Date(now).toISOString()} aria-hidden="true">
      {clock(now)}
    </time>
  );
}

export interface HeaderProps {
  /** The community in the address; its name is known before it opens, and if it cannot be opened. */
  card: CommunityCard;
  shown: Shown | null;
  /** Opens or closes the room list if there is no space to show it permanently. */
  onMenu: () => void;
  /** Opens the list of communities. */
  onSwitch: () => void;
  /** Moves the focus to the content. */
  onSkip: () => void;
}

/** Brand, place, and whether the node is reachable, connected and up to date. */
export function Header({ card, shown, onMenu, onSwitch, onSkip }: HeaderProps) {
  const cards = useCommunities().value ?? [];
  const name = shown?.community.name ?? card.name;
  const elsewhere = cards.filter(({ id }) => id !== card.id).reduce((sum, { unread }) => sum + unread, 0);
  return (
    <header className="header">
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          onSkip();
        }}
      >
        {t.shell.skip}
      </a>
      <Button kind="quiet" className="header-menu" onPress={onMenu} aria-label={t.shell.menu}>
        <span aria-hidden="true">≡</span>
      </Button>
      <a className="brand mono" href={href('overview')} aria-label={t.common.appName}>
        <svg className="brand-mark" viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
          <path d="M3 1h6v8h6v8H9V9H3z" />
        </svg>
        {t.common.brand}
      </a>
      <div className="place">
        <button type="button" className="community-switch" onClick={onSwitch} aria-label={words.open(name)}>
          <span className="strong cut">
            <Foreign text={name} />
          </span>
          {elsewhere > 0 && (
            <span className="community-elsewhere" title={words.elsewhere(elsewhere)}>
              <span className="hidden-visually">{words.elsewhere(elsewhere)}</span>
            </span>
          )}
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d="M2 4l4 4 4-4" />
          </svg>
        </button>
        {shown !== null && (
          <span className="soft place-more">
            {' '}
            · {t.shell.place(shown.community.me.handle, shown.community.me.role, shown.node.name)}
          </span>
        )}
      </div>
      {shown !== null && <State status={shown.community} isArchived={card.state === 'archived'} />}
    </header>
  );
}

function State({ status, isArchived }: { status: Shown['community']; isArchived: boolean }) {
  if (isArchived)
    return (
      <section className="state" aria-label={t.shell.stateOfNode}>
        <span className="state-item" title={words.membership.isArchived}>
          <Dot tone="soft" />
          <span className="state-word">{words.archived}</span>
        </span>
        <Clock />
      </section>
    );
  const reach = t.shell.reach[status.reachability.verdict];
  return (
    <section className="state" aria-label={t.shell.stateOfNode}>
      <span className="state-item" title={reach.means}>
        <Dot tone={reach.tone} />
        <span className="state-word">{reach.word}</span>
      </span>
      <span className="mono state-item">{plural(status.peers, 'peer', 'peers')}</span>
      {(status.sync !== null || status.peers > 0) && (
        <span className="mono state-item state-sync">
          {status.sync === null
            ? t.shell.upToDate
            : t.shell.syncShort(t.shell.stages[status.sync.stage], status.sync.done, status.sync.total)}
        </span>
      )}
      <Clock />
    </section>
  );
}
