import type { SimAct, SimPerson, SimRandom } from '../feature/index.ts';
import type { Members } from './service.ts';

/** Some of them belong to version 2 of the ledger's protocol. */
const NAMES = ['name0', 'name1', 'name2', 'name3', 'मीरा', 'ณัฐพล'] as const;

const someone = (rng: SimRandom, people: readonly SimPerson[]): string => rng.pick(people).did;

/** Acts of members on each other in the simulated world. */
export const memberActs: readonly SimAct<{ members: Members }>[] = [
  { name: 'rename', weight: 1, act: ({ members }, rng) => members.setHandle(rng.pick(NAMES)) },
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
