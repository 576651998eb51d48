import { spawn } from 'node:child_process';
import { writeAtomically } from '../node/atomic-write.ts';
import { asUserWants } from '../node/private-files.ts';

/**
 * Opens an address of the console in the browser. The address has a code that lets its reader in, and every user of a
 * machine can read the arguments of a program: so the browser gets the path of a private page that leads there.
 *
 * @param page where to write that page.
 * @returns whether a program that opens pages could be started.
 */
export async function openInBrowser(page: string, address: string): Promise<boolean> {
  await writeAtomically(page, pageTo(address));
  const [program, ...options] = opener();
  return new Promise((resolve) => {
    const browser = asUserWants(() =>
      spawn(program, [...options, page], { stdio: 'ignore', detached: true }),
    );
    browser.once('error', () => resolve(false));
    browser.once('spawn', () => resolve(true));
    browser.unref();
  });
}

function opener(): readonly [string, ...string[]] {
  if (process.platform === 'darwin') return ['open'];
  return process.platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open'];
}

/** The address is the host's own: letters, digits and signs that need no escape in HTML. */
const pageTo = (address: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Impulse Console</title>
<p>The console opens. If it does not, <a href="${address}">open it here</a>.</p>
</html>
`;
