import { setTimeout as sleep } from 'node:timers/promises';
import { CARD } from '../lab/topology';
import type { Network, Tool } from './measurement';
import { during, installProblem, PeerProcess } from './peer-process';
import { processorTime, processorTimeSince } from './processor-time';

const SOCKET_BUFFER = '4194304';
/** A bit below what the link takes is its best setting there. */
const SHARE_OF_LINK = 0.96;
const RATES = [100, 200, 400, 800, 3000];
const READY_MS = 500;

/** Rates worth a try on a network, in megabits a second: uftp sends at the one it is given. */
export function ratesFor({ megabitsPerSecond = Number.POSITIVE_INFINITY }: Network): number[] {
  const most = megabitsPerSecond * SHARE_OF_LINK;
  return [...new Set(RATES.map((rate) => Math.min(rate, most)))];
}

/** uftp 4.10 with its best settings (docs/performance.md) at this rate, in megabits a second. */
export function uftp(rate: number): Tool {
  return {
    name: 'uftp',
    carrier: 'multicast',
    problem: () => installProblem('uftpd', 'uftp'),
    async run(session, file) {
      const { lab } = session;
      const ids = lab.students.map((_, i) => `0x${(i + 1).toString(16).padStart(8, '0')}`);
      const receivers = lab.students.map((host, i) => {
        const place = ['-I', CARD, '-U', ids[i] ?? '', '-D', session.folderOf(i + 1)];
        return new PeerProcess('uftpd', host, ['-d', '-B', SOCKET_BUFFER, ...place]);
      });
      return during(receivers, async () => {
        await sleep(READY_MS);
        const settings = ['-R', String(Math.round(rate * 1000)), '-b', '1440', '-B', SOCKET_BUFFER, '-S', '@LOG'];
        const before = processorTime();
        const sender = new PeerProcess('uftp', lab.teacher, ['-I', CARD, ...settings, '-H', ids.join(','), file]);
        await sender.finished();
        const processor = processorTimeSince(before);
        return {
          dataSeconds: slowestReceiver(sender.text, ids.length),
          sessionSeconds: (sender.endedAt - sender.startedAt) / 1000,
          processor,
        };
      });
    },
  };
}

/** uftp's own figure, from its first section to the receiver's COMPLETE: `STATS;0x00000001;1;0;0;47MB;1.079;45233.30KB/s`. */
function slowestReceiver(report: string, expected: number): number {
  const seconds = [...report.matchAll(/^STATS;0x(?:[^;]*;){5}([\d.]+);/gm)].map((match) => Number(match[1]));
  if (seconds.length < expected) throw new Error(`uftp reached ${seconds.length} of ${expected} receivers.`);
  return Math.max(...seconds);
}
