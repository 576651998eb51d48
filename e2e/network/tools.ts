import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Longest run of one tool, in milliseconds; all but the installation take a few. */
const TOOL_TIMEOUT_MS = 30_000;

/** The programs that the lab runs, and the Debian package of each. */
const TOOLS: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  conntrack: 'conntrack',
  // This package has the daemon alone. The service that starts it at boot is in `miniupnpd`, which is left
  // out.
  miniupnpd: 'miniupnpd-nftables',
};

const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where a tool lies, or null; root's PATH does not always hold the `sbin` folders. */
function toolPath(tool: string): string | null {
  return FOLDERS.map((folder) => `${folder}/${tool}`).find((path) => existsSync(path)) ?? null;
}

/**
 * Runs a tool to its end and returns its standard output.
 *
 * @param input what the tool reads on standard input.
 * @throws Error with what the tool printed when it fails.
 */
export function runTool(argv: readonly string[], input = ''): string {
  const [tool = '', ...args] = argv;
  const { status, stdout, stderr, error } = spawnSync(toolPath(tool) ?? tool, args, {
    input,
    encoding: 'utf8',
    timeout: TOOL_TIMEOUT_MS,
  });
  if (error) throw new Error(`${argv.join(' ')} did not run: ${error.message}`);
  if (status !== 0) throw new Error(`${argv.join(' ')} failed: ${(stderr || stdout).trim()}`);
  return stdout;
}

const isRoot = () => process.getuid?.() === 0;

/** Installs the tools that are missing, on Debian and its derivatives as root; elsewhere does nothing. */
export function ensureTools(): void {
  if (process.platform !== 'linux' || !isRoot() || !existsSync('/etc/debian_version')) return;
  const packages = Object.entries(TOOLS)
    .filter(([tool]) => toolPath(tool) === null)
    .map(([, name]) => name);
  if (packages.length === 0) return;
  console.log(`Installing ${packages.join(', ')}, which the network lab needs.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env });
  apt('update');
  apt('install', '--no-install-recommends', '--no-remove', ...packages);
}

/** Everything the lab asks of the kernel, in the smallest form. */
const PROBE_RULES = `
table inet probe {
  chain prerouting { type nat hook prerouting priority dstnat; udp dport 1 dnat ip to 192.168.1.10; }
  chain postrouting { type nat hook postrouting priority srcnat; oifname "probe0" masquerade fully-random; }
  chain forward { type filter hook forward priority filter; policy drop; ct state established,related accept; }
}
table netdev probe {
  chain wire { type filter hook ingress device "probe0" priority filter; numgen random mod 1000 < 5 drop; }
}
`;

/**
 * Whether this machine can run the lab.
 *
 * @returns null when it can, else a clause that says why not, such as `it needs root`.
 */
export function capable(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (!isRoot()) return 'it needs root';
  const missing = Object.keys(TOOLS).filter((tool) => toolPath(tool) === null);
  if (missing.length > 0) {
    return `tools are missing (install ${missing.map((tool) => TOOLS[tool]).join(', ')})`;
  }
  if (!runTool(['miniupnpd', '--version']).includes('nftables')) {
    return 'the installed miniupnpd was built for iptables (install miniupnpd-nftables)';
  }
  const probe = `imp-${process.pid}-probe`;
  try {
    runTool(['ip', 'netns', 'add', probe]);
    try {
      runTool(['ip', '-n', probe, 'link', 'add', 'probe0', 'type', 'veth', 'peer', 'name', 'probe1']);
      runTool(['ip', '-n', probe, 'link', 'add', 'probe2', 'type', 'bridge']);
      runTool(['ip', 'netns', 'exec', probe, 'nft', '-f', '-'], PROBE_RULES);
    } finally {
      runTool(['ip', 'netns', 'del', probe]);
    }
    return null;
  } catch (error) {
    const [first] = (error instanceof Error ? error.message : String(error)).split('\n');
    return `the kernel refuses (${first})`;
  }
}
