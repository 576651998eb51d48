import { useActions } from '../../actions/registry.ts';
import { go, here, href } from '../../actions/route.ts';
import { moderation as words } from '../../messages/moderation.ts';
import { Tabs } from '../../ui/index.ts';
import { useDoing } from '../useDoing.ts';
import { Bounds } from './Bounds.tsx';
import { Figures } from './Figures.tsx';
import { Lists } from './Lists.tsx';
import './moderation.css';
import { Models } from './Models.tsx';
import { Rules } from './Rules.tsx';
import { Try } from './Try.tsx';

const pages = ['figures', 'models', 'bounds', 'rules', 'lists', 'try'] as const;

/** How this node moderates: figures, models, bounds with replay, rules, lists, and a place to try a text. */
export function ModerationView({ path }: { path: readonly string[] }) {
  const page = pages.find((one) => one === path[0]) ?? 'figures';
  const turn = (by: number) => {
    const at = pages.findIndex((one) => one === here()[1]);
    go('moderation', pages[(Math.max(0, at) + by + pages.length) % pages.length] ?? page);
  };
  useDoing(words.doing);
  useActions([
    {
      id: 'moderation.page',
      label: words.keys.page,
      section: 'view',
      shortcut: ']',
      line: true,
      run: () => turn(1),
    },
    {
      id: 'moderation.page.back',
      label: words.keys.pageBack,
      section: 'view',
      shortcut: '[',
      line: true,
      run: () => turn(-1),
    },
    ...pages.map((id) => ({
      id: `moderation.go.${id}`,
      label: words.pageTitle(words.pages[id]),
      section: 'go' as const,
      run: () => go('moderation', id),
    })),
  ]);
  return (
    <div className="moderation">
      <Tabs
        label={words.parts}
        current={page}
        tabs={pages.map((id) => ({ id, label: words.pages[id], href: href('moderation', id) }))}
      />
      {page === 'figures' && <Figures />}
      {page === 'models' && <Models />}
      {page === 'bounds' && <Bounds />}
      {page === 'rules' && <Rules />}
      {page === 'lists' && <Lists />}
      {page === 'try' && <Try />}
    </div>
  );
}
