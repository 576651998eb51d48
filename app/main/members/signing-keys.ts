import { toHex } from '../kernel/bytes.ts';

/** The interval, in ticks, in which a key spoke for an account. */
interface Span {
  readonly account: string;
  readonly from: number;
  to: number;
}

/** [M7] Which account a key speaks for, at any time. Accounts are named by their key in hexadecimal. */
export class SigningKeys {
  readonly #spans = new Map<string, Span[]>();
  /** The keys that ever spoke for an account, in hexadecimal. */
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

  /** A key no longer speaks for an account. */
  end(key: Uint8Array, account: string, at: number): void {
    for (const span of this.#spans.get(toHex(key)) ?? []) {
      if (span.account === account && span.to > at) span.to = at;
    }
  }

  /** The account that a key spoke for at a time; null if none. */
  accountAt(hex: string, time: number): string | null {
    const spans = this.#spans.get(hex);
    if (!spans) return null;
    // Nearly every key belongs to one account, its own.
    const [first] = spans;
    if (spans.length === 1) return first!.from <= time && time < first!.to ? first!.account : null;
    const begun = spans.filter(({ from }) => from <= time);
    const own = begun.filter(({ account }) => account === hex);
    return (own.length > 0 ? own : begun).findLast(({ to }) => time < to)?.account ?? null;
  }

  /** The account that a key speaks for, or spoke for last; null if it never spoke for any. */
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
