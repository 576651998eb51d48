import { toHex } from '../kernel/bytes.ts';
import { FOUNDER, type TestNode, type TestWorld } from '../sim/test-world.ts';

export const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `note ${from + n}`);
export const digest = (node: TestNode) => toHex(node.log.digest());

/** A community of founder and members, with no connections. */
export async function community(world: TestWorld, ...names: string[]): Promise<TestNode[]> {
  const founder = await world.node(FOUNDER);
  for (const name of names) founder.admit(name);
  const members: TestNode[] = [];
  for (const name of names) members.push(await world.node(name));
  return [founder, ...members];
}
