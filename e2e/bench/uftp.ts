import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CARD } from '../lab/topology';
import type { Tool } from './measurement';
import { installProblem, PeerProcess } from './peer-process';

const SOCKET_BUFFER = '4194304';
/** A bit below what the link takes is its best setting. */
const SHARE_OF_LINK = 0.96;
/** Kilobits a second. */
const UNLIMITED = 3_000_000;

/** uftp 4.10 with its best settings (docs/performance.md). */
export const uftp: Tool = {
  name: 'uftp',
  problem: () => installProblem('uftpd', 'uftp'),
  async run(session, file, network) {
    const { lab, directory } = session;
    const ids = lab.students.map((_, i) => `0x${(i + 1).toString(16).padStart(8, '0')}`);
    const receivers = lab.students.map((host, i) => {
      const place = ['-I', CARD, '-U', ids[i] ?? '', '-D', session.folderOf(i + 1)];
      return new PeerProcess('uftpd', host, ['-d', '-B', SOCKET_BUFFER, ...place]);
    });
    await sleep(500);
    const rate = network.megabitsPerSecond ? network.megabitsPerSecond * 1000 * SHARE_OF_LINK : UNLIMITED;
    const status = join(directory, 'uftp-status');
    const settings = ['-R', String(Math.round(rate)), '-b', '1440', '-B', SOCKET_BUFFER, '-S', status];
    const sender = new PeerProcess('uftp', lab.teacher, ['-I', CARD, ...settings, '-H', ids.join(','), file]);
    await sender.finished();
    await Promise.all(receivers.map((receiver) => receiver.kill()));
    return {
      dataSeconds: slowestReceiver(readFileSync(status, 'utf8'), ids.length),
      sessionSeconds: (sender.endedAt - sender.startedAt) / 1000,
    };
  },
};

/** uftp's own figure, from lines such as `STATS;0x00000001;1;0;0;47MB;1.079;45233.30KB/s`. */
function slowestReceiver(report: string, expected: number): number {
  const seconds = [...report.matchAll(/^STATS;(?:[^;]*;){5}([\d.]+);/gm)].map((match) => Number(match[1]));
  if (seconds.length < expected) throw new Error(`uftp reached ${seconds.length} of ${expected} receivers.`);
  return Math.max(...seconds);
}
