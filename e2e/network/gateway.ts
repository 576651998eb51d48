import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROUTER_TABLE } from './firewall.ts';
import type { Namespace } from './netns.ts';

const PROGRAM = '/usr/sbin/miniupnpd';
const START_DEADLINE_MS = 10_000;

/**
 * An entry of miniupnpd's table of reserved networks: the address, and 32 less the prefix, as little-endian
 * words.
 */
const BENCHMARKING = Buffer.from([0, 0, 18, 198, 17, 0, 0, 0]); // 198.18.0.0/15
const DOCUMENTATION = Buffer.from([0, 100, 51, 198, 8, 0, 0, 0]); // 198.51.100.0/24
const ALLOW_RESERVED = 'ext_allow_private_ipv4';

/**
 * Starts miniupnpd on a router: UPnP, NAT-PMP and PCP for the hosts at `lan`, mappings on `wan`. A router
 * whose outer address is a carrier's (100.64.0.0/10) refuses all mappings, as miniupnpd does in real life.
 *
 * @param folder where the configuration goes; removed by the caller.
 * @returns when the gateway listens.
 */
export async function startGateway(router: Namespace, folder: string, behindCarrier: boolean): Promise<void> {
  const config = join(folder, `${router.name}.conf`);
  const { program, option } = programFor(join(folder, `${router.name}-miniupnpd`));
  const lines = [
    'ext_ifname=wan',
    'listening_ip=lan',
    'ipv6_disable=yes',
    'enable_upnp=yes',
    'enable_natpmp=yes',
    'secure_mode=no',
    `upnp_table_name=${ROUTER_TABLE}`,
    `upnp_nat_table_name=${ROUTER_TABLE}`,
    'uuid=7f0b7c0e-3c1d-4c3e-9a55-0d4d8a1f0001',
    ...(option === null || behindCarrier ? [] : [`${option}=yes`]),
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const argv = [program, '-d', '-f', config, '-P', join(folder, `${router.name}.pid`)];
  const child = router.spawn(argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((done, fail) => {
    const give = (reason: string) => fail(new Error(`The gateway ${reason}: ${said}`));
    const deadline = setTimeout(() => give('did not start in time'), START_DEADLINE_MS);
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      said = (said + part).slice(-4000);
      // The last socket that it opens.
      if (!said.includes('Listening for NAT-PMP')) return;
      clearTimeout(deadline);
      done();
    });
    child.once('exit', (code) => {
      clearTimeout(deadline);
      give(`ended with ${code}`);
    });
  });
}

/**
 * miniupnpd maps nothing while its outer address is in a reserved network, as the lab's internet is. Later
 * releases have an option for that. Of the others the lab runs a copy whose table of reserved networks lists
 * another network twice in place of 198.18.0.0/15.
 */
function programFor(copy: string): { program: string; option: string | null } {
  const bytes = readFileSync(PROGRAM);
  if (bytes.includes(ALLOW_RESERVED)) return { program: PROGRAM, option: ALLOW_RESERVED };
  const at = bytes.indexOf(BENCHMARKING);
  if (at < 0)
    throw new Error('This release of miniupnpd is unknown to the lab: it cannot map ports in 198.18.0.0/15.');
  DOCUMENTATION.copy(bytes, at);
  writeFileSync(copy, bytes, { mode: 0o700 });
  return { program: copy, option: null };
}
