import { execFileSync } from 'node:child_process';
import { platform } from 'node:os';
import { pathToFileURL } from 'node:url';

/** Where the lab's commands live on Debian; an ordinary PATH may lack the second half. */
export const COMMAND_ENV = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };

const COMMANDS = ['ip', 'tc', 'nft', 'ethtool', 'mount'];

/** Why the lab cannot run on this machine, in words; undefined where it can. */
export function labProblem(): string | undefined {
  if (platform() !== 'linux') return 'the lab needs Linux network namespaces';
  if (process.getuid?.() !== 0) return 'the lab needs root, to make network namespaces';
  const missing = COMMANDS.filter((command) => !isInstalled(command));
  if (missing.length > 0) return `the lab needs ${missing.join(', ')} (Debian: iproute2 nftables ethtool)`;
  if (!canMakeNamespaces()) return 'the lab may not make network namespaces here';
  return canDropOnEgress() ? undefined : 'the lab needs nftables on what leaves a card (Linux 5.16, nftables 1.0.1)';
}

/** True where TUTTI_REQUIRE (a list such as "lab,desktop") makes a skip of this tier a failure. */
export function isRequired(tier: string): boolean {
  return (process.env.TUTTI_REQUIRE ?? '').split(',').includes(tier);
}

function isInstalled(command: string): boolean {
  return succeeds('sh', ['-c', `command -v ${command}`]);
}

function canMakeNamespaces(): boolean {
  return succeeds('unshare', ['--net', 'ip', 'link']);
}

function canDropOnEgress(): boolean {
  const chain = 'add chain netdev lab leaving { type filter hook egress device lo priority 0; }';
  return succeeds('unshare', ['--net', 'nft', `add table netdev lab; ${chain}`]);
}

function succeeds(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { env: COMMAND_ENV, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Run on its own, it answers the test runner: the reason on stdout, exit code 1 where there is one.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problem = labProblem();
  if (problem !== undefined) console.log(problem);
  process.exitCode = problem === undefined ? 0 : 1;
}
