import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { COMMAND_ENV } from '../lab/requirements';

/** The machine, the versions of everything that takes part, the day, and how busy it is just now. */
export function describeMachine(now: Date): string {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `Machine: ${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${memory} GiB of memory.`,
    `Linux ${release().split('-')[0]}, Node ${process.versions.node}, uftp ${packageVersion('uftp')}, udpcast ${packageVersion('udpcast')}.`,
    `${now.toISOString().slice(0, 10)}; the load was ${loadavg()[0]?.toFixed(1)} when it began.`,
  ].join(' ');
}

function packageVersion(debianPackage: string): string {
  try {
    const args = ['-f', '$' + '{Version}', '-W', debianPackage];
    return execFileSync('dpkg-query', args, { env: COMMAND_ENV, encoding: 'utf8' }).trim();
  } catch {
    return 'of another origin';
  }
}
