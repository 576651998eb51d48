import { useEffect, useRef } from 'react';
import type { Ref } from 'react';
import type { ReviewItem } from '../../../contract/index.ts';
import { review as words } from '../../messages/review.ts';
import type { Mark } from '../../stores/index.ts';
import { Badge, Button, Menu, Panel, LiveRegion, TextField } from '../../ui/index.ts';
import type { MenuEntry } from '../../ui/index.ts';
import { Detail } from './Detail.tsx';
import type { QueueCommands } from './useQueueActions.ts';

interface ItemPanelProps {
  readonly id: string | null;
  readonly item: ReviewItem | null;
  /** Receives the scrolling box of the item. */
  readonly box: Ref<HTMLDivElement>;
  /** The position in the list; null if the list is not beside the item. */
  readonly position: readonly [number, number] | null;
  readonly mark: Mark | null;
  readonly revealed: boolean;
  readonly note: string;
  readonly noting: boolean;
  readonly onNote: (note: string) => void;
  readonly onNoted: () => void;
  readonly commands: QueueCommands;
  readonly onOverride: (show: 'show' | 'hide' | null) => void;
  readonly mayPurge: boolean;
  readonly said: string;
  readonly onBack: (() => void) | null;
}

/** The right half: the active item and the decisions on it. */
export function ItemPanel(props: ItemPanelProps) {
  const { id, item, box, position, mark, commands } = props;
  const noteField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (props.noting) noteField.current?.focus();
  }, [props.noting]);
  return (
    <div className="review-side">
      {props.onBack !== null && (
        <div>
          <Button kind="quiet" onPress={props.onBack}>
            ← {words.queue.title}
          </Button>
        </div>
      )}
      <Panel
        title={words.item.title}
        count={position === null ? null : words.queue.position(position[0], position[1])}
        className="review-one"
        flush
        {...(mark === null || mark.phase === 'failed'
          ? {}
          : { tools: <Badge tone="green">{words.done[mark.verb]}</Badge> })}
      >
        <div
          key={id}
          ref={box}
          className="review-scroll"
          tabIndex={0}
          role="group"
          aria-label={words.item.title}
        >
          {id === null ? (
            <p className="soft">{words.item.pick}</p>
          ) : (
            <Detail id={id} known={item} revealed={props.revealed} />
          )}
        </div>
        {id !== null && (
          <div className="review-bar">
            {props.noting && (
              <div onKeyDownCapture={(event) => event.key === 'Escape' && props.onNoted()}>
                <TextField
                  inputRef={noteField}
                  label={words.item.note}
                  hint={words.item.noteHint}
                  value={props.note}
                  onChange={props.onNote}
                  onEnter={props.onNoted}
                  maxLength={400}
                />
              </div>
            )}
            <div className="review-decide">
              <Button kind="main" shortcut="p" onPress={() => commands.decide('publish')}>
                {words.bulk.verbs.publish}
              </Button>
              <Button shortcut="q" onPress={() => commands.decide('quarantine')}>
                {words.bulk.verbs.quarantine}
              </Button>
              <Button kind="danger" shortcut="r" onPress={() => commands.decide('remove')}>
                {words.bulk.verbs.remove}
              </Button>
              <Button shortcut="e" onPress={commands.escalate}>
                {words.bulk.verbs.escalate}
              </Button>
              <Menu
                label={words.item.more}
                name={words.item.moreOf}
                kind="plain"
                entries={entriesOf(props)}
              />
            </div>
            {props.said !== '' && <LiveRegion>{props.said}</LiveRegion>}
          </div>
        )}
      </Panel>
    </div>
  );
}

function entriesOf({ item, commands, onOverride, mayPurge }: ItemPanelProps): MenuEntry[] {
  const { keys } = words;
  return [
    {
      id: 'claim',
      label: item?.claim?.mine ? keys.release : keys.claim,
      shortcut: 'c',
      run: commands.claim,
    },
    { id: 'note', label: keys.note, shortcut: 'n', run: commands.note },
    ...(item?.kind === 'post'
      ? [{ id: 'place', label: words.item.open, shortcut: 'v', run: commands.inPlace }]
      : []),
    ...(item?.override === 'show'
      ? []
      : [{ id: 'show', label: words.item.showHere, run: () => onOverride('show') }]),
    ...(item?.override === 'hide'
      ? []
      : [{ id: 'hide', label: words.item.hideHere, run: () => onOverride('hide') }]),
    ...(item !== null && item.override !== null
      ? [{ id: 'follow', label: words.item.followHere, run: () => onOverride(null) }]
      : []),
    ...(mayPurge ? [{ id: 'purge', label: words.item.purge, danger: true, run: commands.purge }] : []),
  ];
}
