import { Foreign } from './Foreign.tsx';
import type { ReactNode } from 'react';
import type { Finality, Person } from '../../contract/index.ts';
import { common } from '../messages/common.ts';
import { ago, exact, shortAgo } from '../messages/format.ts';
import { useNow } from './clock.ts';
import './marks.css';

export type Tone = 'text' | 'soft' | 'amber' | 'cyan' | 'green' | 'red' | 'violet' | 'blue';

/** A short word in a frame; its tone repeats the meaning of the word. */
export function Badge({
  tone = 'soft',
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children: ReactNode;
}) {
  return (
    <span className={`badge ${tone}`} title={title}>
      {children}
    </span>
  );
}

const spread = { local: 'soft', gossiped: 'blue', replicated: 'cyan', certified: 'green' } as const;

/** How far something has spread, in one word. */
export function FinalityBadge({ finality }: { finality: Finality }) {
  const { level, copies, block = 0 } = finality;
  const { word, means } =
    level === 'replicated'
      ? common.finality.replicated(copies)
      : level === 'certified'
        ? common.finality.certified(block)
        : common.finality[level];
  return (
    <Badge tone={spread[level]} title={means}>
      {word}
    </Badge>
  );
}

/** A member’s handle, with the role if the role matters in this place. */
export function PersonName({
  person,
  role = true,
}: {
  person: Pick<Person, 'handle' | 'role'>;
  role?: boolean;
}) {
  const shown = role && person.role !== null && person.role !== 'member';
  return (
    <span className="person">
      <span className="person-handle">
        <Foreign text={person.handle} />
      </span>
      {shown && person.role !== null && <Badge>{common.roles[person.role]}</Badge>}
    </span>
  );
}

/**
 * Who wrote something, in a list: the handle of the author; for an imported message the name that the author claims and
 * who imported it. A long name is cut, never the importer.
 */
export function Byline({ author, sourceName }: { author: string; sourceName: string | null }) {
  if (sourceName === null) return <Foreign text={author} />;
  return (
    <span className="byline" title={common.byline(author, sourceName)}>
      <Foreign className="byline-claimed" text={sourceName || common.unnamed} />
      <span className="hidden-visually">, </span>
      <span className="byline-importer">{common.importedBy(author)}</span>
    </span>
  );
}

export interface RelativeTimeProps {
  at: number;
  /** A short form, for columns. */
  short?: boolean;
  /** Reachable with Tab, so that the exact time is read out. Off inside focusable rows. */
  focusable?: boolean;
  /** The time lies in the past, even if this machine’s clock or its last tick is behind. */
  past?: boolean;
}

/** The relative time, with the exact time as its title and, if focusable, as its accessible name. */
export function RelativeTime({ at, short, focusable, past }: RelativeTimeProps) {
  const clock = useNow();
  const now = past ? Math.max(at, clock) : clock;
  const full = exact(at);
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={full}
      className="time"
      data-exact={full}
      {...(focusable ? { tabIndex: 0 } : {})}
    >
      {short ? shortAgo(at, now) : ago(at, now)}
    </time>
  );
}

/** A dot with a shape for each state, always beside a word. */
export function Dot({ tone }: { tone: 'green' | 'amber' | 'red' | 'soft' }) {
  return <span aria-hidden="true" className={`dot dot-${tone}`} />;
}
