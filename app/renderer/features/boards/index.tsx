import { Browser } from './Browser.tsx';
import { Permalink } from './Permalink.tsx';
import './boards.css';
import './post.css';

/** The boards room. The place is `['post', id]` for a permalink, else what {@link Browser} shows. */
export function BoardsView({ path }: { path: readonly string[] }) {
  if (path[0] === 'post' && path[1] !== undefined) return <Permalink id={path[1]} />;
  return <Browser path={path} />;
}
