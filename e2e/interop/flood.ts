/**
 * Sends random packets at a TFTP server: `flood.ts HOST PORT COUNT SEED`. Half of them are noise; the rest begins as a packet
 * does and goes wrong later. Whatever comes back is read and forgotten. Ends when all are sent.
 */
import { createSocket } from 'node:dgram';
import { seededRandom } from '../../src-main/transport/seeded-random';

const [host = '', port, count, seed] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const socket = createSocket('udp4');
/** Sent before the server gets a moment: its socket's buffer takes so many. */
const BURST = 200;
const PAUSE_MS = 10;

const below = (limit: number) => Math.floor(random() * limit);
const noise = (length: number) => Buffer.from(Array.from({ length }, () => below(256)));
const pick = <T>(choices: readonly T[], fallback: T): T => choices[below(choices.length)] ?? fallback;

const NAMES = ['song.wav', '../song.wav', '', '/', 'a'.repeat(400), '%s%n', 'song.wav\u0000'];
const MODES = ['octet', 'NETASCII', 'mail', '', 'octet\u0000'];
const OPTIONS = ['blksize', 'timeout', 'tsize', 'windowsize', 'multicast', 'BLKSIZE', 'unknown', ''];
const VALUES = ['', '0', '-1', '8', '512', '65464', '65465', '99999999999999999999', '1e3', ' 7', '239.255.0.1,1758,1'];

function packet(): Buffer {
  if (random() < 0.5) return noise(below(600));
  const opcode = below(8);
  return opcode === 1 || opcode === 2 ? request(opcode) : Buffer.concat([Buffer.from([0, opcode]), noise(below(40))]);
}

function request(opcode: number): Buffer {
  const fields = [pick(NAMES, ''), pick(MODES, '')];
  for (let options = below(12); options > 0; options--) fields.push(pick(OPTIONS, ''), pick(VALUES, ''));
  const bytes = Buffer.concat([Buffer.from([0, opcode]), Buffer.from(`${fields.join('\0')}\0`)]);
  // CVE-2020-6097: option lists that end in the middle.
  return random() < 0.3 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

for (let sent = 0; sent < Number(count); sent++) {
  socket.send(packet(), Number(port), host);
  if (sent % BURST === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
while (socket.getSendQueueCount() > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
socket.close();
