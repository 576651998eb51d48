import type { Hold } from '../../contract/index.ts';
import { href } from '../actions/route.ts';
import { reasonWords } from '../messages/reasons.ts';
import { heldWords as words } from '../messages/reviewPages.ts';
import { Badge, Button } from '../ui/index.ts';
import './held.css';

interface HeldNoteProps {
  readonly hold: Hold;
  /** Who reads: the author, someone who may see the message, or someone who sees only a placeholder. */
  readonly as: 'own' | 'moderator' | 'other';
  /** Link to the review room; for moderators. */
  readonly item: string;
  readonly onAppeal?: () => void;
}

/** The word for the state of a held message. */
export function HeldBadge({ state }: { state: Hold['state'] }) {
  return (
    <Badge tone={state === 'removed' || state === 'quarantined' ? 'red' : 'amber'}>
      {words.badge[state]}
    </Badge>
  );
}

/** Why a message is not visible to everyone, and what the reader can do about it. */
export function HeldNote({ hold, as, item, onAppeal }: HeldNoteProps) {
  const { state, reasons, appealed } = hold;
  const says = as === 'own' ? words.own[state] : words.placeholder[state];
  return (
    <div className={`held held-${state}`}>
      <p>
        <HeldBadge state={state} /> {says} {as === 'moderator' && words.forModerators}
      </p>
      {as !== 'other' && reasons.length > 0 && (
        <ul className="held-why soft small" aria-label={words.because}>
          {reasons.map((reason) => (
            <li key={`${reason.code} ${reason.detail}`}>{reasonWords(reason)}</li>
          ))}
        </ul>
      )}
      <div className="held-acts">
        {as === 'own' && appealed && <span className="soft small">{words.appealed}</span>}
        {as === 'own' && !appealed && state !== 'waiting' && onAppeal && (
          <Button kind="quiet" onPress={onAppeal}>
            {words.appeal}
          </Button>
        )}
        {as === 'moderator' && (
          <a className="link" href={href('review', 'queue', item)}>
            {words.review}
          </a>
        )}
      </div>
    </div>
  );
}
