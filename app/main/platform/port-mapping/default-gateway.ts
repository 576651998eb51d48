import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gatewayOfProcRoute, gatewayOfRouteGet, gatewayOfRoutePrint } from './routes.ts';
import { routerAt, type Router } from './router.ts';

const DEADLINE_MS = 5000;
const MAX_OUTPUT_BYTES = 256 * 1024;

/** The router of this machine's default IPv4 route; null without one, or on an unsupported system. */
export async function defaultRouter(): Promise<Router | null> {
  const address = await defaultGateway();
  return address === null ? null : routerAt(address);
}

async function defaultGateway(): Promise<string | null> {
  switch (process.platform) {
    case 'linux':
      return gatewayOfProcRoute(await readFile('/proc/net/route', 'latin1').catch(() => ''));
    case 'darwin':
      return gatewayOfRouteGet(await output('/sbin/route', ['-n', 'get', 'default']));
    case 'win32': {
      const system = process.env['SystemRoot'] ?? 'C:\\Windows';
      return gatewayOfRoutePrint(
        await output(join(system, 'System32', 'route.exe'), ['print', '-4', '0.0.0.0']),
      );
    }
    default:
      return null;
  }
}

/** The output of a command; empty if it fails, as `route -n get` exits with 1 without a route. */
function output(path: string, args: readonly string[]): Promise<string> {
  const options = { timeout: DEADLINE_MS, maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true };
  return new Promise((resolve) => {
    execFile(path, args, options, (_error, stdout) => resolve(stdout));
  });
}
