import { join } from 'node:path';
import type { Tool } from './measurement';
import { during, PeerProcess } from './peer-process';
import { processorTime, processorTimeSince } from './processor-time';

const PORT = '4750';
/** All students together; nobody waits longer for a file that multicast brings in two or three seconds. */
const LIMIT_MS = 20_000;

/** Stores what one connection brings, and closes it when that is done. */
const RECEIVER = `
  const [address, target] = process.argv.slice(1);
  const server = require('net').createServer({ allowHalfOpen: true }, (socket) => {
    server.close();
    socket.pipe(require('fs').createWriteStream(target)).once('close', () => socket.end());
  });
  server.listen(${PORT}, address, () => console.log('ready'));`;

/** Gives each address the file; the next one's turn comes when this one has stored it. */
const SENDER = `
  const [file, ...addresses] = process.argv.slice(1);
  console.log('sending');
  (function next() {
    const address = addresses.shift();
    if (address === undefined) return;
    const socket = require('net').connect(${PORT}, address);
    require('fs').createReadStream(file, { highWaterMark: 1 << 20 }).pipe(socket);
    socket.resume().once('close', next);
  })();`;

/** What copying to one student after the other takes: plain TCP, no encryption, no digests. */
export const tcp: Tool = {
  name: 'TCP one by one',
  carrier: 'tcp',
  problem: () => undefined,
  async run(session, file) {
    const { lab } = session;
    const node = process.execPath;
    const receivers = lab.students.map((host, i) => {
      return new PeerProcess(node, host, ['-e', RECEIVER, host.address, join(session.folderOf(i + 1), 'received')]);
    });
    return during(receivers, async () => {
      await Promise.all(receivers.map((receiver) => receiver.says('ready')));
      const addresses = lab.students.map(({ address }) => address);
      const sender = new PeerProcess(node, lab.teacher, ['-e', SENDER, file, ...addresses], LIMIT_MS);
      await sender.says('sending');
      const before = processorTime();
      await sender.finished();
      const processor = processorTimeSince(before);
      await Promise.all(receivers.map((receiver) => receiver.finished()));
      const seconds = (sender.endedAt - sender.saidAt('sending')) / 1000;
      return { dataSeconds: seconds, sessionSeconds: seconds, processor };
    });
  },
};
