import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../lab/files';
import { DevicesLab } from './devices-lab';
import { atftp, busybox, type Peer } from './peers';

/** The same clients and the same file, with one flow control technique and without it. */
export interface Scenario {
  readonly technique: string;
  /** What `--without` calls it. */
  readonly flag: string;
  readonly what: string;
  readonly fileBytes: number;
  readonly devices: number;
  /** Between the start of one client and the next, ms. */
  readonly apartMs: number;
  readonly peer: Peer;
  readonly options: readonly string[];
  /** What the network does to a device. */
  disturb?(lab: DevicesLab, device: number): void;
}

/** What one run took. */
export interface Figures {
  /** From the first client's start to the last one's end. */
  readonly seconds: number;
  /** Of each client, from its own start, shortest first. */
  readonly clientSeconds: readonly number[];
  /** IP packets that left the server's card. */
  readonly packets: number;
  /** Bytes that left the server's card, for each byte of the file. */
  readonly linkRatio: number;
}

const GROUP = atftp('multicast', 'blksize 1428', 'timeout 1');

export const SCENARIOS: readonly Scenario[] = [
  {
    technique: 'C2 delayed start',
    flag: 'delay',
    what: '6 atftp clients, 0.2 s apart, 4 MB by multicast',
    fileBytes: 4_000_000,
    devices: 6,
    apartMs: 200,
    peer: GROUP,
    options: ['--delay', '2000'],
  },
  {
    technique: 'C3 joining',
    flag: 'join',
    what: '3 atftp clients, 0.5 s apart, 20 MB by multicast, no delay',
    fileBytes: 20_000_000,
    devices: 3,
    apartMs: 500,
    peer: GROUP,
    options: ['--delay', '0'],
  },
  {
    technique: 'C4 block size by resources',
    flag: 'quality',
    what: 'atftp that asks for blocks of 8192 bytes, 512 kB, 3 % of the packets lost each way',
    fileBytes: 512_000,
    devices: 1,
    apartMs: 0,
    peer: atftp('blksize 8192', 'timeout 1'),
    options: [],
    disturb: (lab, device) => lab.lose(device, 0.03),
  },
  {
    technique: 'C5 packet rate',
    flag: 'rate',
    what: 'atftp with windows of 16 blocks of 1024 bytes, 1 MB, by a line that takes 500 packets a second',
    fileBytes: 1_000_000,
    devices: 1,
    apartMs: 0,
    peer: atftp('blksize 1024', 'windowsize 16', 'timeout 1'),
    options: [],
    disturb: (lab, device) => lab.narrow(device, 500),
  },
  {
    technique: 'C6 last packet again',
    flag: 'resend',
    what: 'BusyBox, which repeats its ACK soon, 400 kB, 5 % of the packets lost each way',
    fileBytes: 400_000,
    devices: 1,
    apartMs: 0,
    peer: busybox('-b', '1400'),
    options: [],
    disturb: (lab, device) => lab.lose(device, 0.05),
  },
];

/** Runs a scenario once. @throws Error where a client did not get the file. */
export async function measure(scenario: Scenario, isOn: boolean): Promise<Figures> {
  const lab = new DevicesLab(scenario.devices);
  try {
    const file = lab.file('song.wav', scenario.fileBytes);
    const digest = sha256(file);
    await lab.serve([...scenario.options, ...(isOn ? [] : ['--without', scenario.flag])]);
    const devices = Array.from({ length: scenario.devices }, (_, i) => i + 1);
    for (const device of devices) scenario.disturb?.(lab, device);
    const before = lab.sent();
    const start = performance.now();
    const clientSeconds = await Promise.all(devices.map((device) => timeOf(lab, scenario, device, digest)));
    const seconds = (performance.now() - start) / 1000;
    const after = lab.sent();
    return {
      seconds,
      clientSeconds: clientSeconds.toSorted((a, b) => a - b),
      packets: after.packets - before.packets,
      linkRatio: (after.bytes - before.bytes) / scenario.fileBytes,
    };
  } finally {
    await lab.close();
  }
}

async function timeOf(lab: DevicesLab, { peer, apartMs }: Scenario, device: number, digest: string): Promise<number> {
  await sleep((device - 1) * apartMs);
  const start = performance.now();
  const { program, path } = lab.fetch(device, peer, 'song.wav');
  const code = await program.exitCode(180_000);
  if (code !== 0 || sha256(path) !== digest)
    throw new Error(`${program.command} did not get the file:\n${program.output}`);
  return (performance.now() - start) / 1000;
}
