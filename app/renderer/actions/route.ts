import { useSyncExternalStore } from 'react';

/** The current place of the console: the parts of the hash, so that a place is a link and Back works. */
export type Route = readonly string[];

/** `#/boards/abc` as `['boards', 'abc']`. */
export function parseHash(hash: string): Route {
  return hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        // A stray percent sign is kept literally.
        return part;
      }
    });
}

/** A link to a place: `href('boards', id)`. */
export const href = (...path: string[]): string => `#/${path.map(encodeURIComponent).join('/')}`;

/** Goes to a place. */
export function go(...path: string[]): void {
  location.hash = href(...path);
}

let last = { hash: '', route: [] as Route };

function read(): Route {
  if (last.hash !== location.hash) last = { hash: location.hash, route: parseHash(location.hash) };
  return last.route;
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** The place that the address names right now, before it is drawn: for keys pressed in quick succession. */
export const here = (): Route => read();

/** The place that the console shows. */
export const useRoute = (): Route => useSyncExternalStore(subscribe, read);
