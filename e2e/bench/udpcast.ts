import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CARD } from '../lab/topology';
import type { Tool } from './measurement';
import { installProblem, PeerProcess } from './peer-process';

/** udpcast 20120424 with its best settings (docs/performance.md). */
export const udpcast: Tool = {
  name: 'udpcast',
  problem: () => installProblem('udp-sender', 'udpcast'),
  async run(session, file) {
    const { lab } = session;
    const common = ['--interface', CARD, '--nokbd'];
    const receivers = lab.students.map((host, i) => {
      const target = join(session.folderOf(i + 1), 'received');
      return new PeerProcess('udp-receiver', host, [...common, '--rcvbuf', '4m', '--file', target]);
    });
    await sleep(500);
    // Alone, a receiver would be served by unicast, which the lab's losses do not touch.
    const pace = [
      '--nopointopoint',
      '--full-duplex',
      '--rexmit-hello-interval',
      '300',
      '--min-receivers',
      String(receivers.length),
    ];
    const sender = new PeerProcess('udp-sender', lab.teacher, [...common, ...pace, '--file', file]);
    await Promise.all([sender, ...receivers].map((process) => process.finished()));
    const end = Math.max(...receivers.map(({ endedAt }) => endedAt));
    return {
      dataSeconds: (end - sender.saidAt('Starting transfer')) / 1000,
      sessionSeconds: (Math.max(end, sender.endedAt) - sender.startedAt) / 1000,
    };
  },
};
