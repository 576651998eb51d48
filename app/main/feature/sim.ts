/** Randomness of a simulated world, from a seed. */
export interface SimRandom {
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
}

/** One who acts in a simulated world. */
export interface SimPerson {
  readonly did: string;
}

/** Something people do, with how often they do it. */
export interface SimAct<Services> {
  readonly name: string;
  readonly weight: number;
  /** Throws a Problem where the node refuses; any other error is a fault of the node. */
  act(services: Services, rng: SimRandom, people: readonly SimPerson[]): unknown;
}
