import { useActions } from '../../actions/registry.ts';
import type { Action } from '../../actions/registry.ts';
import { review } from '../../messages/review.ts';
import type { ReviewItem } from '../../../contract/index.ts';

const words = review.keys;

/** The commands of the queue’s keys, implemented by the queue. */
export interface QueueCommands {
  readonly step: (by: 1 | -1) => void;
  readonly decide: (verb: 'publish' | 'quarantine' | 'remove') => void;
  readonly claim: () => void;
  readonly escalate: () => void;
  readonly undo: () => void;
  readonly select: () => void;
  readonly selectAll: () => void;
  readonly note: () => void;
  readonly reveal: () => void;
  readonly filter: () => void;
  readonly find: () => void;
  readonly nextState: () => void;
  readonly inPlace: () => void;
  readonly override: () => void;
  readonly purge: () => void;
  readonly back: () => void;
}

export interface QueueMoment {
  readonly item: ReviewItem | null;
  readonly selected: number;
  readonly revealed: boolean;
  readonly hasPast: boolean;
  readonly mayPurge: boolean;
  /** No dialog is open. */
  readonly free: boolean;
}

/** Offers the actions of the queue to keys, palette and bottom line, as far as they apply now. */
export function useQueueActions(commands: QueueCommands, moment: QueueMoment): void {
  useActions(queueActions(commands, moment));
}

function queueActions(commands: QueueCommands, moment: QueueMoment): Action[] {
  const { item, selected, free } = moment;
  const some = () => free && (item !== null || selected > 0);
  const one = () => free && item !== null;
  const action = (
    id: string,
    label: string,
    shortcut: string | null,
    when: () => boolean,
    run: () => void,
    line = true,
  ): Action => ({
    id: `review.${id}`,
    label,
    section: 'view',
    when,
    run,
    line,
    ...(shortcut === null ? {} : { shortcut }),
  });
  return [
    action('publish', words.publish, 'p', some, () => commands.decide('publish')),
    action('quarantine', words.quarantine, 'q', some, () => commands.decide('quarantine')),
    action('remove', words.remove, 'r', some, () => commands.decide('remove')),
    action('escalate', words.escalate, 'e', some, commands.escalate),
    action('claim', item?.claim?.mine ? words.release : words.claim, 'c', some, commands.claim),
    action('undo', words.undo, 'u', () => free && moment.hasPast, commands.undo),
    action('select', words.select, 'x', one, commands.select),
    action('all', selected > 0 ? words.none : words.all, 'a', () => free, commands.selectAll),
    action('note', words.note, 'n', one, commands.note),
    action(
      'reveal',
      moment.revealed ? words.cover : words.reveal,
      'b',
      () => free && (item?.media.length ?? 0) > 0,
      commands.reveal,
    ),
    action('filter', words.filter, 's', () => free, commands.filter),
    action('find', words.words, '/', () => free, commands.find),
    action('state', words.state, 't', () => free, commands.nextState, false),
    action(
      'next',
      words.next,
      'j',
      () => free,
      () => commands.step(1),
      false,
    ),
    action(
      'previous',
      words.previous,
      'k',
      () => free,
      () => commands.step(-1),
      false,
    ),
    action('place', words.open, 'v', () => one() && item?.kind === 'post', commands.inPlace, false),
    action('override', words.here, 'h', one, commands.override, false),
    action('purge', words.purge, null, () => one() && moment.mayPurge, commands.purge, false),
    {
      id: 'review.back',
      label: words.back,
      section: 'view',
      shortcut: 'escape',
      when: () => free,
      run: commands.back,
    },
  ];
}
