import * as z from 'zod';

/** The scheme that the operating system hands to this program. */
export const LINK_SCHEME = 'impulse';

/** An invite as a link: visible ASCII without quotes, angle brackets, backslashes and the like. */
const InviteLink = z
  .string()
  .trim()
  .max(4000)
  .regex(/^impulse:\/\/join\/[A-Za-z0-9\-._~!$&'()*+,;=:@/?%#[\]]+$/);

/**
 * The route of the console that a link from outside leads to, or null for anything but an invite.
 * The whole invite link stands URL-encoded in the route: `#/join/impulse%3A%2F%2Fjoin%2F…`.
 */
export function routeOf(link: string): string | null {
  const parsed = InviteLink.safeParse(link);
  return parsed.success ? `#/join/${encodeURIComponent(parsed.data)}` : null;
}

/** The link among the arguments with which the system started the program, or null. */
export function linkAmong(argv: readonly string[]): string | null {
  return argv.find((argument) => argument.startsWith(`${LINK_SCHEME}://`)) ?? null;
}
