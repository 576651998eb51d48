/** A node that could be dialled. */
export interface Candidate {
  readonly peer: string;
  /** Hex key of its member, if known. */
  readonly person: string | null;
  /** Networks of its addresses; see {@link networkOf}. */
  readonly networks: readonly string[];
  /** Whether it has an address that needs no relay. */
  readonly isDirect: boolean;
  /** Failed dials since it last answered. */
  readonly failures: number;
}

/** The networks and members that this node is connected to already. */
export interface Connected {
  readonly people: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
}

/**
 * [P5] Picks up to `count` nodes to dial so that the connections lead to different members and different
 * networks: one provider that goes down, or one person with many nodes, must not cut this node off.
 *
 * @param candidates in random order, which decides among equals.
 */
export function choosePeers(
  candidates: readonly Candidate[],
  connected: Connected,
  count: number,
): Candidate[] {
  const people = new Set(connected.people);
  const networks = new Set(connected.networks);
  const left = [...candidates];
  const chosen: Candidate[] = [];
  while (chosen.length < count && left.length > 0) {
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const [index, candidate] of left.entries()) {
      const score = scoreOf(candidate, people, networks);
      if (score <= bestScore) continue;
      best = index;
      bestScore = score;
    }
    const [next] = left.splice(best, 1);
    if (next === undefined) break;
    chosen.push(next);
    if (next.person !== null) people.add(next.person);
    for (const network of next.networks) networks.add(network);
  }
  return chosen;
}

function scoreOf(candidate: Candidate, people: ReadonlySet<string>, networks: ReadonlySet<string>): number {
  const { person, isDirect, failures } = candidate;
  return (
    (person === null || people.has(person) ? 0 : 4) +
    (candidate.networks.some((network) => !networks.has(network)) ? 2 : 0) +
    (isDirect ? 1 : 0) -
    Math.min(failures, 4)
  );
}

/**
 * The network that an IP address lies in: the first 16 bits of IPv4, the first 32 of IPv6; for a name, the name.
 */
export function networkOf(host: string): string {
  if (host.includes(':')) return host.split(':').slice(0, 2).join(':');
  return /^[\d.]+$/.test(host) ? host.split('.').slice(0, 2).join('.') : host;
}
