import { t } from '../messages/en.ts';
import { clock, plural } from '../messages/format.ts';
import type { Shown } from '../stores/index.ts';
import { Button, Dot, useNow } from '../ui/index.ts';

function Clock() {
  const now = useNow('second');
  return (
    <time className="mono state-clock" dateTime={new Date(now).toISOString()} aria-hidden="true">
      {clock(now)}
    </time>
  );
}

export interface HeaderProps {
  shown: Shown | null;
  /** Opens or closes the room list if there is no space to show it permanently. */
  onMenu: () => void;
  /** Moves the focus to the content. */
  onSkip: () => void;
}

/** Brand, place, and whether the node is reachable, connected and up to date. */
export function Header({ shown, onMenu, onSkip }: HeaderProps) {
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
      <a className="brand mono" href="#/overview" aria-label={t.common.appName}>
        <svg className="brand-mark" viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
          <path d="M3 1h6v8h6v8H9V9H3z" />
        </svg>
        {t.common.brand}
      </a>
      {shown !== null && (
        <>
          <p className="place cut">
            <span className="strong">{shown.community.name}</span>
            <span className="soft place-more">
              {' '}
              · {t.shell.place(shown.community.me.handle, shown.community.me.role, shown.node.name)}
            </span>
          </p>
          <State status={shown.community} />
        </>
      )}
    </header>
  );
}

function State({ status }: { status: Shown['community'] }) {
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
