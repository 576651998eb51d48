import { isIPv4 } from 'node:net';

const UP = 1;
const HAS_GATEWAY = 2;
const MAX_LINES = 4096;

/**
 * The default IPv4 gateway in the text of Linux's /proc/net/route (proc_pid_net(5)): numbers in hexadecimal,
 * addresses in the byte order of little-endian machines. The lowest metric wins; null if there is none.
 */
export function gatewayOfProcRoute(text: string): string | null {
  const routes = text.split('\n', MAX_LINES).map((line) => {
    const [, destination, gateway = '', flags = '', , , metric, mask] = line.trim().split(/\s+/);
    const isDefault = destination === '00000000' && mask === '00000000' && /^[0-9a-f]{8}$/i.test(gateway);
    const usable = (Number.parseInt(flags, 16) & (UP | HAS_GATEWAY)) === (UP | HAS_GATEWAY);
    return { gateway: isDefault && usable ? Buffer.from(gateway, 'hex').reverse().join('.') : '', metric };
  });
  return best(routes);
}

/** The default IPv4 gateway in the answer of macOS to `route -n get default`; null if there is none. */
export function gatewayOfRouteGet(text: string): string | null {
  const gateway = /^\s*gateway:\s*(\S+)\s*$/m.exec(text)?.[1] ?? '';
  return isIPv4(gateway) ? gateway : null;
}

/**
 * The default IPv4 gateway in the answer of Windows to `route print -4 0.0.0.0`: destination, mask, gateway,
 * interface, metric. Headings are translated, so only the lines of numbers count.
 */
export function gatewayOfRoutePrint(text: string): string | null {
  const routes = text.split('\n', MAX_LINES).map((line) => {
    const [destination, mask, gateway = '', own = '', metric] = line.trim().split(/\s+/);
    const isDefault = destination === '0.0.0.0' && mask === '0.0.0.0' && isIPv4(own);
    // Persistent routes have no interface address in that column.
    return { gateway: isDefault ? gateway : '', metric };
  });
  return best(routes);
}

function best(routes: readonly { readonly gateway: string; readonly metric: string | undefined }[]) {
  const usable = routes.filter(
    ({ gateway, metric }) => isIPv4(gateway) && gateway !== '0.0.0.0' && /^\d{1,10}$/.test(metric ?? ''),
  );
  return usable.toSorted((a, b) => Number(a.metric) - Number(b.metric))[0]?.gateway ?? null;
}
