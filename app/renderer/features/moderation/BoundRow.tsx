import type { Bounds } from '../../../contract/index.ts';
import { moderation } from '../../messages/moderation.ts';
import { review } from '../../messages/review.ts';
import { RangeSlider, Switch, TextField } from '../../ui/index.ts';
import { moved, switched, typedShare } from './draft.ts';
import type { Deciding } from './draft.ts';
import { useStateFor } from '../useStateFor.ts';

const words = moderation.bounds;
const sides = ['queue', 'quarantine'] as const;

interface BoundRowProps {
  readonly label: Deciding;
  readonly bounds: Bounds;
  readonly onChange: (bounds: Bounds) => void;
}

/** The bounds of one label: from where a moderator is asked, and from where a message is hidden. */
export function BoundRow({ label, bounds, onChange }: BoundRowProps) {
  const held = bounds[label];
  const name = review.labels[label];
  const says = { queue: words.queueOf(name), quarantine: words.quarantineOf(name) };
  return (
    <li className="bound">
      <span className="bound-name">
        <Switch
          label={words.watch(name)}
          shown={name}
          value={held !== undefined}
          onChange={(on) => onChange(switched(bounds, label, on))}
        />
      </span>
      {held === undefined ? (
        <p className="soft bound-none">{words.none}</p>
      ) : (
        <>
          <RangeSlider
            label={name}
            thumbs={[says.queue, says.quarantine]}
            value={[held.queue, held.quarantine]}
            onChange={(thumb, to) => onChange(moved(bounds, label, sides[thumb], to))}
          />
          {sides.map((side) => (
            <Share
              key={side}
              label={says[side]}
              value={held[side]}
              onChange={(to) => onChange(moved(bounds, label, side, to))}
            />
          ))}
        </>
      )}
    </li>
  );
}

/** The same share, typed as per cent. */
function Share(props: { label: string; value: number; onChange: (value: number) => void }) {
  const { label, value, onChange } = props;
  const shown = String(Math.round(value * 100));
  const [typed, setTyped] = useStateFor(shown, shown);
  const share = typedShare(typed);
  return (
    <TextField
      label={label}
      bare
      className="bound-share"
      value={typed}
      onChange={(text) => {
        setTyped(text);
        const next = typedShare(text);
        if (next !== null && next !== value) onChange(next);
      }}
      onBlur={() => share === null && setTyped(shown)}
      error={share === null ? words.number : null}
      inputMode="numeric"
      mono
      unit="%"
      maxLength={6}
    />
  );
}
