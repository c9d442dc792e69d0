import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { COMMAND_ENV, labProblem } from '../lab/requirements';

/** The programs that ours have to do with, and the Debian packages that they are in. */
const PEERS: readonly (readonly [command: string, args: readonly string[], says: RegExp, debianPackage: string])[] = [
  ['atftp', ['--version'], /atftp/, 'atftp'],
  ['atftpd', ['--version'], /atftp/, 'atftpd'],
  // Any package may own the plain name.
  ['tftp', ['-V'], /tftp-hpa/, 'tftp-hpa'],
  ['curl', ['--version'], /\btftp\b/, 'curl'],
  ['busybox', ['--list'], /^tftp$/m, 'busybox'],
  ['dnsmasq', ['--version'], /\bTFTP\b/, 'dnsmasq-base'],
  ['tshark', ['--version'], /TShark/i, 'tshark'],
  ['nats-server', ['--version'], /nats-server/, 'nats-server'],
];

/** Why the interop tier cannot run on this machine, in words; undefined where it can. */
export function interopProblem(): string | undefined {
  const problem = labProblem();
  if (problem !== undefined) return problem;
  const missing = PEERS.filter(([command, args, says]) => !answers(command, args, says)).map(([, , , name]) => name);
  return missing.length === 0 ? undefined : `the interop tier needs the Debian packages ${missing.join(' ')}`;
}

function answers(command: string, args: readonly string[], says: RegExp): boolean {
  const { stdout, stderr } = spawnSync(command, args, { env: COMMAND_ENV, encoding: 'utf8', timeout: 10_000 });
  return says.test(`${stdout}${stderr}`);
}

// Run on its own, it answers the test runner: the reason on stdout, exit code 1 where there is one.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problem = interopProblem();
  if (problem !== undefined) console.log(problem);
  process.exitCode = problem === undefined ? 0 : 1;
}
