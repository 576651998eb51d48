import { toHex } from '../kernel/bytes.ts';

/** From when until when, in ticks, a key spoke for an account. */
interface Span {
  readonly account: string;
  readonly from: number;
  to: number;
}

/** [M7] Whose a key is, at any time. Accounts go by their key in hexadecimal digits. */
export class SigningKeys {
  readonly #spans = new Map<string, Span[]>();
  /** The keys that ever spoke for an account, by hexadecimal digits. */
  readonly #keys = new Map<string, Map<string, Uint8Array>>();

  clear(): void {
    this.#spans.clear();
    this.#keys.clear();
  }

  /** A key speaks for an account from a time on. */
  begin(key: Uint8Array, account: string, from: number): void {
    const hex = toHex(key);
    const spans = this.#spans.get(hex) ?? [];
    spans.push({ account, from, to: Infinity });
    this.#spans.set(hex, spans);
    const keys = this.#keys.get(account) ?? new Map<string, Uint8Array>();
    keys.set(hex, key);
    this.#keys.set(account, keys);
  }

  /** A key speaks for an account no more. */
  end(key: Uint8Array, account: string, at: number): void {
    for (const span of this.#spans.get(toHex(key)) ?? []) {
      if (span.account === account && span.to > at) span.to = at;
    }
  }

  /** The account for which a key spoke at a time; null where it spoke for none. */
  accountAt(hex: string, time: number): string | null {
    const spans = this.#spans.get(hex);
    if (!spans) return null;
    // Nearly every key is that of one account, its own.
    const [first] = spans;
    if (spans.length === 1) return first!.from <= time && time < first!.to ? first!.account : null;
    const begun = spans.filter(({ from }) => from <= time);
    const own = begun.filter(({ account }) => account === hex);
    return (own.length > 0 ? own : begun).findLast(({ to }) => time < to)?.account ?? null;
  }

  /** The account for which a key speaks, or spoke last; null where it never spoke for any. */
  lastAccountOf(hex: string): string | null {
    const spans = this.#spans.get(hex);
    if (!spans) return null;
    return (spans.findLast(({ account }) => account === hex) ?? spans.at(-1)!).account;
  }

  /** Every key that ever spoke for an account. */
  keysOf(account: string): Uint8Array[] {
    return [...(this.#keys.get(account)?.values() ?? [])];
  }
}
