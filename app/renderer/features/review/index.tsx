import { useActions } from '../../actions/registry.ts';
import { go, here, href } from '../../actions/route.ts';
import { review as words } from '../../messages/review.ts';
import { useCommunity } from '../../stores/index.ts';
import { Loading, Tabs } from '../../ui/index.ts';
import { atLeast } from '../roles.ts';
import { useDoing } from '../useDoing.ts';
import { useNarrow } from '../useNarrow.ts';
import { Audit } from './Audit.tsx';
import { Mine } from './Mine.tsx';
import { Moderators } from './Moderators.tsx';
import { Purges } from './Purges.tsx';
import { Queue } from './Queue.tsx';
import './item.css';
import './review.css';

const pages = ['queue', 'audit', 'moderators', 'purges', 'mine'] as const;
type Page = (typeof pages)[number];

/** The review room. Moderators work on the queue; everyone sees which of their own messages are held. */
export function ReviewView({ path }: { path: readonly string[] }) {
  const me = useCommunity().value?.me ?? null;
  const may = atLeast(me?.role, 'moderator');
  const narrow = useNarrow();
  const open: readonly Page[] = may ? pages : ['mine'];
  const page = open.find((one) => one === path[0]) ?? open[0] ?? 'mine';
  const turn = (by: number) => {
    const at = open.findIndex((one) => one === here()[1]);
    go('review', open[(Math.max(0, at) + by + open.length) % open.length] ?? page);
  };
  useDoing(words.doing);
  useActions([
    {
      id: 'review.page',
      label: words.keys.page,
      section: 'view',
      shortcut: ']',
      when: () => open.length > 1,
      run: () => turn(1),
    },
    {
      id: 'review.page.back',
      label: words.keys.pageBack,
      section: 'view',
      shortcut: '[',
      when: () => open.length > 1,
      run: () => turn(-1),
    },
    ...open.map((id) => ({
      id: `review.go.${id}`,
      label: words.pageTitle(words.pages[id]),
      section: 'go' as const,
      run: () => go('review', id),
    })),
  ]);
  if (me === null)
    return (
      <div className="page">
        <Loading what={words.queue.loading} />
      </div>
    );
  const alone = narrow && page === 'queue' && path[1] !== undefined;
  return (
    <div className="review">
      {!alone && (
        <Tabs
          label={words.parts}
          current={page}
          tabs={open.map((id) => ({
            id,
            label: words.pages[id],
            href: href('review', id),
          }))}
        />
      )}
      {page === 'queue' && <Queue opened={path[1] ?? null} narrow={narrow} />}
      {page === 'audit' && <Audit />}
      {page === 'moderators' && <Moderators />}
      {page === 'purges' && <Purges />}
      {page === 'mine' && <Mine />}
    </div>
  );
}
