import type { Member } from '../../../contract/index.ts';

type Named = Pick<Member, 'did' | 'handle'>;

/** What somebody who types into the search field of transactions is after. */
export type Sought =
  | { readonly what: 'all' }
  | { readonly what: 'account'; readonly did: string; readonly handle: string }
  | { readonly what: 'id'; readonly id: string }
  | { readonly what: 'block'; readonly height: number }
  | { readonly what: 'several'; readonly members: readonly Named[] }
  | { readonly what: 'nobody' };

const plain = (text: string) => text.normalize('NFKC').toLocaleLowerCase();

/**
 * Reads a search: an identity, a handle or a part of one that only one member has, the id of a transaction,
 * or the height of a block. A member whose handle is a number is found before the block.
 */
export function soughtBy(typed: string, members: readonly Named[]): Sought {
  const text = typed.trim();
  if (text === '') return { what: 'all' };
  if (text.startsWith('did:key:z')) {
    const known = members.find(({ did }) => did === text);
    return { what: 'account', did: text, handle: known?.handle ?? `…${text.slice(-8)}` };
  }
  const exact = members.find(({ handle }) => plain(handle) === plain(text));
  if (exact) return { what: 'account', did: exact.did, handle: exact.handle };
  if (/^[0-9][0-9,]*$/.test(text)) {
    const height = Number(text.replaceAll(',', ''));
    return height >= 1 && Number.isSafeInteger(height) ? { what: 'block', height } : { what: 'nobody' };
  }
  if (/^bafy[a-z0-9]{4,96}$/.test(text)) return { what: 'id', id: text };
  const some = members.filter(({ handle }) => plain(handle).includes(plain(text)));
  const [only] = some;
  if (only === undefined) return { what: 'nobody' };
  if (some.length > 1) return { what: 'several', members: some };
  return { what: 'account', did: only.did, handle: only.handle };
}
