import type { SimAct, SimPerson, SimRandom } from '../feature/index.ts';
import type { Members } from './service.ts';

const someone = (rng: SimRandom, people: readonly SimPerson[]): string => rng.pick(people).did;

/** Acts of members on each other in the simulated world. */
export const memberActs: readonly SimAct<{ members: Members }>[] = [
  { name: 'rename', weight: 1, act: ({ members }, rng) => members.setHandle(`name${rng.between(0, 5)}`) },
  {
    name: 'role',
    weight: 2,
    act: ({ members }, rng, people) =>
      members.setRole({
        did: someone(rng, people),
        role: rng.pick(['guest', 'member', 'moderator'] as const),
      }),
  },
  {
    name: 'ban',
    weight: 2,
    act: ({ members }, rng, people) =>
      members.ban({ did: someone(rng, people), reason: 'shouting', until: null }),
  },
  { name: 'lift', weight: 2, act: ({ members }, rng, people) => members.lift({ did: someone(rng, people) }) },
];
