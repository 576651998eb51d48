import { useSyncExternalStore } from 'react';

/** The current place of the console: the parts of the hash, so that a place is a link and Back works. */
export type Route = readonly string[];

/** The parts of an address: a community, if it names one, and a place in it. */
interface Address {
  /** The end of a community's id; null if the address names none. */
  readonly community: string | null;
  readonly route: Route;
}

const COMMUNITY = '~';
/** How many characters of an id stand in an address: enough that no two communities of a node share them. */
const TAIL = 12;

/** `#/~q4s52zy/boards/abc` as the community whose id ends so and `['boards', 'abc']`. */
export function parseHash(hash: string): Address {
  const parts = partsOf(hash);
  const [first, ...rest] = parts;
  return first?.startsWith(COMMUNITY)
    ? { community: first.slice(COMMUNITY.length), route: rest }
    : { community: null, route: parts };
}

function partsOf(hash: string): Route {
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

const hashOf = (path: readonly string[]): string => `#/${path.map(encodeURIComponent).join('/')}`;

/** A link to a place in the community that the address names: `href('boards', id)`. */
export function href(...path: string[]): string {
  const { community } = read();
  return hashOf(community === null ? path : [COMMUNITY + community, ...path]);
}

/** A link to a place in a community of this node. */
export const hrefIn = (community: string, ...path: string[]): string =>
  hashOf([COMMUNITY + community.slice(-TAIL), ...path]);

/** Goes to a place in a community of this node. */
export function goIn(community: string, ...path: string[]): void {
  location.hash = hrefIn(community, ...path);
}

/** Goes to a place. */
export function go(...path: string[]): void {
  location.hash = href(...path);
}

/** Goes to a place in the community that the console shows if the address names none. */
export function goAnywhere(...path: string[]): void {
  location.hash = hashOf(path);
}

/** Writes a community into an address that names none, so that it is a link to this place. */
export function nameInAddress(community: string): void {
  history.replaceState(history.state, '', hrefIn(community, ...here()));
}

let last = { hash: '', address: { community: null, route: [] } as Address };

function read(): Address {
  if (last.hash !== location.hash) last = { hash: location.hash, address: parseHash(location.hash) };
  return last.address;
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** The place that the address names right now, before it is drawn: for keys pressed in quick succession. */
export const here = (): Route => read().route;

/** The place that the console shows. */
export const useRoute = (): Route => useSyncExternalStore(subscribe, here);

/** The end of the id of the community that the address names, or null. */
export const useCommunityInAddress = (): string | null =>
  useSyncExternalStore(subscribe, () => read().community);
