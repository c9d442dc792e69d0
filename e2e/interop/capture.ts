import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMAND_ENV } from '../lab/requirements';
import { CARD } from '../lab/topology';
import { type DevicesLab, PORT } from './devices-lab';

/** One packet, as tshark reads it. */
export interface DissectedPacket {
  readonly to: string;
  readonly port: number;
  readonly opcode: number | undefined;
  /** In the order in which they stand in the packet. */
  readonly options: Readonly<Record<string, string>>;
  readonly block: number | undefined;
  readonly errorCode: number | undefined;
  /** Bytes of the UDP payload. */
  readonly length: number;
}

/** Everything that passes the server's card while a capture runs, read by a program that nobody here wrote. */
export class Capture {
  private constructor(
    private readonly path: string,
    private readonly stopWriting: () => Promise<void>,
  ) {}

  static async start(lab: DevicesLab): Promise<Capture> {
    const path = join(lab.directory, 'capture.pcapng');
    const tshark = lab.start('tshark', ['-i', CARD, '-w', path, '-f', 'udp']);
    await tshark.says(/Capture started|File:/);
    return new Capture(path, async () => {
      // The last packets are still in the kernel's buffer.
      await sleep(500);
      await tshark.stop();
    });
  }

  /** Ends the capture and reads it; `ports` are those on which TFTP is, besides the server's. */
  async packets(...ports: number[]): Promise<DissectedPacket[]> {
    await this.stopWriting();
    const decode = [PORT, ...ports].flatMap((port) => ['-d', `udp.port==${port},tftp`]);
    const json = execFileSync('tshark', ['-r', this.path, ...decode, '-T', 'json'], {
      env: COMMAND_ENV,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const packets: unknown = JSON.parse(json);
    return Array.isArray(packets) ? packets.map(dissected) : [];
  }
}

function dissected(packet: unknown): DissectedPacket {
  const layers = child(child(packet, '_source'), 'layers');
  const tftp = child(layers, 'tftp');
  const options = Object.entries(typeof tftp === 'object' && tftp !== null ? tftp : {})
    .filter(([key]) => key.startsWith('Option: '))
    .map(([, option]) => [String(child(option, 'tftp.option.name')), String(child(option, 'tftp.option.value'))]);
  return {
    to: String(child(child(layers, 'ip'), 'ip.dst')),
    port: Number(child(child(layers, 'udp'), 'udp.dstport')),
    opcode: numberOf(child(tftp, 'tftp.opcode')),
    options: Object.fromEntries(options),
    block: numberOf(child(tftp, 'tftp.block')),
    errorCode: numberOf(child(tftp, 'tftp.error.code')),
    length: Number(child(child(layers, 'udp'), 'udp.length')) - 8,
  };
}

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'string' ? Number(value) : undefined;
}
