import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DAEMON = '/usr/sbin/miniupnpd';
const IP = '/usr/sbin/ip';
const NFT = '/usr/sbin/nft';
const PROGRAMS = [DAEMON, IP, NFT];

/** The router's address towards the internet, from the range for benchmarks (RFC 2544). */
export const WAN_ADDRESS = '198.18.0.1';
/**
 * The external address that the router declares. miniupnpd refuses to map ports on the range of its real one,
 * so it declares an address that counts as public; no packet goes there.
 */
export const EXTERNAL_ADDRESS = '198.20.0.1';

type Place = 'home' | 'router' | 'outside';

/**
 * Why a home network cannot be built here, or null if it can. As root on Debian, installs what is missing;
 * the package of the daemon for nftables comes without a service.
 */
export function homeNetworkObstacle(): string | null {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux alone';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const isMissing = () => PROGRAMS.filter((path) => !existsSync(path));
  if (isMissing().length > 0 && existsSync('/etc/debian_version')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const packages = ['miniupnpd-nftables', 'iproute2', 'nftables'];
    const apt = (...args: string[]) => spawnSync('apt-get', ['-qq', '-y', ...args], { stdio: 'ignore', env });
    apt('update');
    apt('install', '--no-install-recommends', ...packages);
  }
  const missing = isMissing();
  if (missing.length > 0) return `${missing.join(', ')} is missing`;
  const name = `imp-${process.pid}-pm-try`;
  const made = spawnSync(IP, ['netns', 'add', name]).status === 0;
  spawnSync(IP, ['netns', 'del', name]);
  return made ? null : 'this machine allows no network namespaces';
}

/**
 * A machine at home, behind a router that runs miniupnpd, and a machine outside: three network namespaces.
 */
export class HomeNetwork {
  readonly #folder = mkdtempSync(join(tmpdir(), 'impulse-pm-'));
  readonly #children = new Set<ChildProcess>();
  #daemon: ChildProcess | null = null;

  private constructor() {}

  static async create(): Promise<HomeNetwork> {
    const network = new HomeNetwork();
    try {
      network.#build();
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  #build(): void {
    const inRouter = ['-n', this.#name('router')];
    for (const place of ['home', 'router', 'outside'] as const) {
      command(IP, 'netns', 'add', this.#name(place));
      command(IP, '-n', this.#name(place), 'link', 'set', 'lo', 'up');
    }
    for (const [link, address, place, far] of [
      ['lan', '192.168.77.1/24', 'home', '192.168.77.20/24'],
      ['wan', `${WAN_ADDRESS}/24`, 'outside', '198.18.0.9/24'],
    ] as const) {
      const farEnd = this.#name(place);
      const ends = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', farEnd];
      command(IP, ...inRouter, 'link', 'add', link, ...ends);
      command(IP, ...inRouter, 'addr', 'add', address, 'dev', link);
      command(IP, ...inRouter, 'link', 'set', link, 'up');
      command(IP, '-n', farEnd, 'addr', 'add', far, 'dev', 'eth0');
      command(IP, '-n', farEnd, 'link', 'set', 'eth0', 'up');
    }
    command(IP, '-n', this.#name('home'), 'route', 'add', 'default', 'via', '192.168.77.1');
    this.#inside('router', 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    this.startRouter();
  }

  /** Starts the router's daemon without any mapping. */
  startRouter(): void {
    const rules = join(this.#folder, 'rules.nft');
    const config = join(this.#folder, 'miniupnpd.conf');
    writeFileSync(rules, RULES);
    writeFileSync(config, CONFIG);
    this.#inside('router', NFT, '-f', rules);
    const pidFile = join(this.#folder, 'pid');
    this.#daemon = this.run('router', DAEMON, ['-d', '-f', config, '-P', pidFile]);
    this.#daemon.stdout?.resume();
    this.#daemon.stderr?.resume();
  }

  /** Ends the router's daemon, which loses all mappings. */
  async stopRouter(): Promise<void> {
    if (this.#daemon !== null) await end(this.#daemon);
    this.#inside('router', NFT, 'flush', 'ruleset');
  }

  /** Runs a program in one of the namespaces; it ends with the network at the latest. */
  run(place: Place, path: string, args: readonly string[]): ChildProcess {
    const child = spawn(IP, ['netns', 'exec', this.#name(place), path, ...args], { stdio: 'pipe' });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#children].map(end));
    for (const place of ['home', 'router', 'outside'] as const) {
      spawnSync(IP, ['netns', 'del', this.#name(place)]);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #name(place: Place): string {
    return `imp-${process.pid}-pm-${place}`;
  }

  #inside(place: Place, ...words: string[]): void {
    command(IP, 'netns', 'exec', this.#name(place), ...words);
  }
}

/** From outside, only ports that the daemon maps are reachable. */
const RULES = `
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan" accept
    jump miniupnpd
  }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting {
    type nat hook postrouting priority 100;
    jump postrouting_miniupnpd
    oifname "wan" masquerade
  }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
`;

const CONFIG = `
ext_ifname=wan
ext_ip=${EXTERNAL_ADDRESS}
listening_ip=lan
http_port=5000
enable_upnp=yes
enable_natpmp=yes
secure_mode=yes
uuid=00000000-0000-4000-8000-000000000001
upnp_table_name=filter
upnp_nat_table_name=filter
allow 1024-65535 192.168.77.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
`;

function command(path: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(path, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path} ${args.join(' ')}: ${stderr}`);
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
