import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useImperativeHandle, useRef } from 'react';
import type { KeyboardEvent, ReactNode, Ref } from 'react';
import type { Post } from '../../../contract/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { itemAt } from '../../stores/index.ts';
import type { PagedList, PagedState } from '../../stores/index.ts';
import { authorOf } from './authorOf.ts';
import { PostCard } from './PostCard.tsx';
import type { Reader } from './PostCard.tsx';
import type { PostCommands } from './postEntries.ts';

/** Moves the focus into the posts from outside. */
export interface PostListHandle {
  /** Focuses the active post. */
  focus(): void;
}

export interface PostListProps {
  readonly label: string;
  readonly posts: PagedList<Post>;
  readonly state: PagedState<Post>;
  /** Index of the focused post among the known ones. */
  readonly active: number;
  readonly onActive: (index: number) => void;
  /** Index at which the list opens. */
  readonly startAt: number;
  /** The index before which “New below” is drawn, or null. */
  readonly freshFrom: number | null;
  readonly commands: PostCommands;
  readonly reader: Reader;
  readonly onReachedEnd: () => void;
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly handle: Ref<PostListHandle>;
}

const ESTIMATE_PX = 150;
/** How far an arrow scrolls inside a post that is taller than the window. */
const STEP_SHARE = 0.6;

/**
 * The posts of a thread as a feed of articles, of which only the visible ones exist. Arrows or j and k move
 * from post to post, and first scroll through a post that is taller than the window.
 */
export function PostList(props: PostListProps) {
  const { posts, state, active, startAt, freshFrom } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const activePost = useRef<HTMLElement>(null);
  const focusWanted = useRef(true);
  const opened = useRef(false);
  // oxlint-disable-next-line react/incompatible-library -- its functions are read at render and never memoised
  const virtual = useVirtualizer({
    count: state.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATE_PX,
    overscan: 6,
    // The focused post stays drawn, so that scrolling past it does not lose the focus.
    rangeExtractor: (range) => {
      const inView = defaultRangeExtractor(range);
      return active < state.count && !inView.includes(active)
        ? [...inView, active].sort((a, b) => a - b)
        : inView;
    },
    getItemKey: (index) => itemAt(state, index)?.id ?? index,
  });
  const drawn = virtual.getVirtualItems();
  const first = virtual.range?.startIndex ?? 0;
  const last = virtual.range?.endIndex ?? -1;

  useEffect(() => {
    if (last >= 0) posts.ensure(first, last);
  }, [posts, first, last, state.count]);

  useEffect(() => {
    if (opened.current || state.count === 0) return;
    opened.current = true;
    if (startAt > 0) virtual.scrollToIndex(startAt, { align: 'start' });
  }, [state.count, startAt, virtual]);

  const { onReachedEnd } = props;
  const atEnd = !state.more && state.count > 0 && last >= state.count - 1;
  useEffect(() => {
    if (atEnd) onReachedEnd();
  }, [atEnd, state.count, onReachedEnd]);

  // The post to focus may only be drawn after the scroll that the focus caused.
  useEffect(() => {
    if (!focusWanted.current) return;
    const element = activePost.current;
    if (!element) return;
    focusWanted.current = false;
    element.focus({ preventScroll: true });
  });

  useImperativeHandle(props.handle, () => ({ focus: () => activePost.current?.focus() }));
  // The element that has the focus goes away first.
  const focusSoon = () => requestAnimationFrame(() => activePost.current?.focus());

  const moveTo = (index: number, align: 'start' | 'auto' = 'start') => {
    const next = Math.max(0, Math.min(state.count - 1, index));
    focusWanted.current = true;
    props.onActive(next);
    virtual.scrollToIndex(next, { align });
  };
  const step = (direction: 1 | -1) => {
    const box = scroller.current;
    const element = box?.querySelector<HTMLElement>(`[data-index="${active}"]`);
    if (box && element) {
      const frame = box.getBoundingClientRect();
      const post = element.getBoundingClientRect();
      const hidden = direction > 0 ? post.bottom - frame.bottom : frame.top - post.top;
      if (hidden > 8 && post.height > frame.height * 0.8) {
        box.scrollBy({ top: direction * Math.min(hidden, frame.height * STEP_SHARE) });
        return;
      }
    }
    moveTo(active + direction, 'auto');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onPost = event.target instanceof HTMLElement && event.target.tagName === 'ARTICLE';
    const keys: Record<string, () => void> = {
      ArrowDown: () => step(1),
      j: () => step(1),
      ArrowUp: () => step(-1),
      k: () => step(-1),
      Home: () => moveTo(0),
      End: () => moveTo(state.count - 1, 'auto'),
    };
    const run = keys[event.key];
    if (!run || (!onPost && event.key.length > 1)) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };

  return (
    <div ref={scroller} className="posts" onKeyDown={onKeyDown}>
      {props.before}
      <div
        role="feed"
        aria-label={props.label}
        aria-busy={state.loadingMore}
        className="posts-space"
        style={{ height: virtual.getTotalSize() }}
      >
        {drawn.map((place) => {
          const post = itemAt(state, place.index);
          const answered = post?.replyTo ? answeredHandle(state, place.index, post.replyTo) : null;
          return (
            <div
              key={place.key}
              ref={virtual.measureElement}
              data-index={place.index}
              className="posts-place"
              style={{ transform: `translateY(${place.start}px)` }}
            >
              {freshFrom === place.index && place.index > 0 && (
                <div className="posts-fresh" aria-hidden="true">
                  <span>{words.post.newBelow}</span>
                </div>
              )}
              {post === null ? (
                <p className="soft post">{words.loadingMore}</p>
              ) : (
                <article
                  ref={place.index === active ? activePost : undefined}
                  className={`post ${place.index === active ? 'post-active' : ''}`}
                  tabIndex={place.index === active ? 0 : -1}
                  aria-posinset={state.offset + place.index + 1}
                  aria-setsize={state.total ?? -1}
                  aria-label={authorOf(post)}
                  onFocus={() => place.index !== active && props.onActive(place.index)}
                  onClick={(event) => {
                    if (event.target instanceof HTMLElement && event.target.closest('a, button')) return;
                    props.onActive(place.index);
                  }}
                >
                  <PostCard
                    post={post}
                    answers={answered}
                    commands={props.commands}
                    reader={props.reader}
                    onReacted={focusSoon}
                  />
                </article>
              )}
            </div>
          );
        })}
      </div>
      {props.after}
    </div>
  );
}

/** The author that a post replies to, shown only if it is not obviously the post above. */
function answeredHandle(state: PagedState<Post>, index: number, replyTo: string): string | null {
  const above = itemAt(state, index - 1);
  if (above?.id === replyTo) return null;
  const start = itemAt(state, 0);
  if (state.offset === 0 && start?.id === replyTo) return null;
  for (let i = index - 1; i >= Math.max(0, index - 200); i--) {
    const post = itemAt(state, i);
    if (post?.id === replyTo) return authorOf(post);
  }
  return null;
}
