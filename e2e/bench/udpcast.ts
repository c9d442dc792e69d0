import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CARD } from '../lab/topology';
import type { Tool } from './measurement';
import { during, installProblem, PeerProcess } from './peer-process';
import { processorTime, processorTimeSince } from './processor-time';

const READY_MS = 500;

/** udpcast 20120424 with its best settings (docs/performance.md). */
export const udpcast: Tool = {
  name: 'udpcast',
  carrier: 'multicast',
  problem: () => installProblem('udp-sender', 'udpcast'),
  async run(session, file) {
    const { lab } = session;
    const common = ['--interface', CARD, '--nokbd'];
    const receivers = lab.students.map((host, i) => {
      const target = join(session.folderOf(i + 1), 'received');
      // By default it stays for another half second after all is there.
      const settings = ['--rcvbuf', '4m', '--exit-wait', '1'];
      return new PeerProcess('udp-receiver', host, [...common, ...settings, '--file', target]);
    });
    return during(receivers, async () => {
      await sleep(READY_MS);
      const before = processorTime();
      const sender = new PeerProcess('udp-sender', lab.teacher, [...common, ...pace(receivers.length), '--file', file]);
      await Promise.all([sender, ...receivers].map((process) => process.finished()));
      const processor = processorTimeSince(before);
      const complete = Math.max(...receivers.map((receiver) => receiver.saidAt('Transfer complete')));
      const end = Math.max(sender.endedAt, ...receivers.map(({ endedAt }) => endedAt));
      return {
        dataSeconds: (complete - sender.saidAt('Starting transfer')) / 1000,
        sessionSeconds: (end - sender.startedAt) / 1000,
        processor,
      };
    });
  },
};

function pace(receivers: number): string[] {
  return [
    // Alone, a receiver would be served by unicast, which the lab's losses do not touch.
    '--nopointopoint',
    '--full-duplex',
    // It begins when this has passed without another receiver.
    '--rexmit-hello-interval',
    '50',
    '--min-receivers',
    String(receivers),
  ];
}
