import type { Member } from '../../../contract/index.ts';
import { ledger as words } from '../../messages/ledger.ts';

type Named = Pick<Member, 'did' | 'handle'>;

/** The filter that a text in the search field of transactions means. */
export type Sought =
  | { readonly what: 'all' }
  | { readonly what: 'account'; readonly did: string; readonly handle: string }
  | { readonly what: 'id'; readonly id: string }
  | { readonly what: 'block'; readonly height: number }
  | { readonly what: 'kind'; readonly kind: string }
  | { readonly what: 'several'; readonly members: readonly Named[] }
  | { readonly what: 'nobody' };

const plain = (text: string) => text.normalize('NFKC').toLocaleLowerCase();

/**
 * Parses a search: an identity, a handle or a unique part of one, a kind by its name or its label, the id of
 * a transaction or the hash of a block, or the height of a block. A member whose handle is a number or a kind
 * takes precedence.
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
  const kind = kindOf(text);
  if (kind !== null) return { what: 'kind', kind };
  const some = members.filter(({ handle }) => plain(handle).includes(plain(text)));
  const [only] = some;
  if (only === undefined) return { what: 'nobody' };
  if (some.length > 1) return { what: 'several', members: some };
  return { what: 'account', did: only.did, handle: only.handle };
}

/** Kinds look like `credit.transfer`; those with a label in the console are recognised by the label too. */
function kindOf(text: string): string | null {
  if (/^[a-z]+\.[a-z]+$/.test(text)) return text;
  const said = Object.entries(words.kinds).find(([, inWords]) => plain(inWords) === plain(text));
  return said?.[0] ?? null;
}
