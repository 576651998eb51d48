import { count } from '../../messages/format.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { bytesOfHex, didOfKey } from '../../text/keys.ts';

/** Handles by identity. */
export type Directory = ReadonlyMap<string, string>;

/** One field of a transaction’s body, formatted for a person. */
export interface BodyField {
  readonly name: string;
  readonly label: string;
  readonly shown:
    | { readonly as: 'person'; readonly did: string; readonly handle: string | null }
    | { readonly as: 'time'; readonly at: number }
    | { readonly as: 'text' | 'mono' | 'raw'; readonly text: string };
}

const KEY = /^0x[0-9a-f]{64}$/;
/** Fields that hold a person’s key. */
const people = new Set(['to', 'member', 'account']);

function shownOf(name: string, value: unknown, directory: Directory): BodyField['shown'] {
  if (typeof value === 'string') {
    const did = value.startsWith('did:key:z')
      ? value
      : KEY.test(value)
        ? didOfKey(bytesOfHex(value.slice(2)))
        : null;
    const handle = did === null ? null : (directory.get(did) ?? null);
    if (did !== null && (handle !== null || people.has(name))) return { as: 'person', did, handle };
    if (value === '') return { as: 'text', text: words.none };
    return { as: value.startsWith('0x') ? 'mono' : 'text', text: value };
  }
  if (name === 'until')
    return typeof value === 'number' ? { as: 'time', at: value } : { as: 'text', text: words.forever };
  if (typeof value === 'number') return { as: 'mono', text: count(value) };
  if (value === null || value === undefined) return { as: 'text', text: words.none };
  return { as: 'raw', text: JSON.stringify(value, null, 2) };
}

/** The fields of a body in order; keys of members are replaced by their handles. */
export function fieldsOf(body: unknown, directory: Directory): BodyField[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).map(([name, value]) => ({
    name,
    label: words.fields[name] ?? name,
    shown: shownOf(name, value, directory),
  }));
}

/** The label of a transaction’s kind, or its name if it has no label. */
export const kindWords = (kind: string): string => words.kinds[kind] ?? kind;

/** A transaction in a few words, for a row; empty if there is nothing short to show. */
export function briefOf(body: unknown, directory: Directory): string {
  const fields = new Map(fieldsOf(body, directory).map(({ name, shown }) => [name, shown]));
  const text = (name: string) => {
    const shown = fields.get(name);
    return shown && (shown.as === 'text' || shown.as === 'mono') ? shown.text : null;
  };
  const who = fields.get('to') ?? fields.get('member');
  const handle = who?.as === 'person' ? (who.handle ?? `…${who.did.slice(-8)}`) : null;
  const what = text('amount') ?? text('handle') ?? text('role') ?? text('name');
  return words.brief(what, handle);
}
