/** Randomness of a simulated world, from a seed. */
export interface SimRandom {
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
}

/** An actor in a simulated world. */
export interface SimPerson {
  readonly did: string;
}

/** An act of people and its relative frequency. */
export interface SimAct<Services> {
  readonly name: string;
  readonly weight: number;
  /** Throws a Problem if the node refuses; any other error is a fault of the node. */
  act(services: Services, rng: SimRandom, people: readonly SimPerson[]): unknown;
}
