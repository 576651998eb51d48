import { keyNames } from './keys.ts';
import './key.css';

/** One key cap, or several for a chord: `Key shortcut="Ctrl+K"`. */
export function Key({ shortcut }: { shortcut: string }) {
  return <kbd className="key">{keyNames(shortcut)}</kbd>;
}
