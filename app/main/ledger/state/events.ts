/** A value that has one canonical encoding, so that it is the same on every node. */
export type Fact =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Fact[]
  | { readonly [name: string]: Fact };

export type Facts = Readonly<Record<string, Fact>>;

/** [EV1] Something that execution did. */
export interface LedgerEvent<Told extends Facts = Facts> {
  /** In the past tense: `handle.registered`. */
  readonly name: string;
  readonly facts: Told;
}

/** [EV1] A kind of event: makes events, and recognises them with the type of their facts. */
export interface LedgerEventKind<Told extends Facts> {
  readonly name: string;
  of(facts: Told): LedgerEvent<Told>;
  is(event: LedgerEvent): event is LedgerEvent<Told>;
}

/**
 * Declares a kind of event.
 *
 * @param name `noun.verb` with the verb in the past tense, unique in the project.
 */
export function ledgerEvent<Told extends Facts>(name: string): LedgerEventKind<Told> {
  return {
    name,
    of: (facts) => ({ name, facts }),
    is: (event): event is LedgerEvent<Told> => event.name === name,
  };
}
