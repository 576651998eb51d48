import * as z from 'zod';

/** The URL scheme that the operating system routes to this program. */
export const LINK_SCHEME = 'impulse';

/** An invite link: visible ASCII without quotes, angle brackets, backslashes and the like. */
const InviteLink = z
  .string()
  .trim()
  .max(4000)
  .regex(/^impulse:\/\/join\/[A-Za-z0-9\-._~!$&'()*+,;=:@/?%#[\]]+$/);

/**
 * The console route of a link from outside, or null for anything but an invite.
 * The route holds the whole invite link, URL-encoded: `#/join/impulse%3A%2F%2Fjoin%2F…`.
 */
export function routeOf(link: string): string | null {
  const parsed = InviteLink.safeParse(link);
  return parsed.success ? `#/join/${encodeURIComponent(parsed.data)}` : null;
}

/** The link among the program’s arguments, or null. */
export function linkAmong(argv: readonly string[]): string | null {
  return argv.find((argument) => argument.startsWith(`${LINK_SCHEME}://`)) ?? null;
}
