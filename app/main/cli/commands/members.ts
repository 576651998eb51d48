import type { Client } from '../../../contract/index.ts';
import { Problem } from '../../kernel/errors.ts';

/** The DID of a member's handle, or of itself. Throws a Problem `no-member`. */
export async function didFor(client: Client, who: string): Promise<string> {
  if (who.startsWith('did:')) return who;
  const found = (await client.members.list({})).find(
    ({ handle }) => handle.toLowerCase() === who.toLowerCase(),
  );
  if (found) return found.did;
  throw new Problem('no-member', `There is no member ${who}.`, 'Use the handle as it is listed, or the DID.');
}
