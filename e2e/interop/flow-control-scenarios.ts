import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../lab/files';
import { DevicesLab, PORT } from './devices-lab';
import { ATFTPD, DNSMASQ } from './foreign-servers';
import { atftp, busybox, type Peer } from './peers';

/** Clients that fetch one file. */
interface Clients {
  readonly what: string;
  readonly fileBytes: number;
  readonly devices: number;
  /** Between the start of one client and the next, ms. */
  readonly apartMs: number;
  readonly peer: Peer;
  /** What the network does to them. */
  disturb(lab: DevicesLab): void;
}

/** A server for them. */
interface Server {
  readonly port: number;
  start(lab: DevicesLab): Promise<unknown>;
}

/** The same clients, with one flow control technique and without it. */
export interface Scenario extends Clients {
  readonly technique: string;
  /** What `--without` calls it. */
  readonly flag: string;
  readonly options: readonly string[];
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

const GROUP = atftp('multicast', 'blksize 1428');

export const SCENARIOS: readonly Scenario[] = [
  {
    technique: 'C2 delayed start',
    flag: 'delay',
    what: '6 atftp clients, 0.5 s apart, 8 MB by multicast at 20 Mbit/s; the delay is 4 s',
    fileBytes: 8_000_000,
    devices: 6,
    apartMs: 500,
    peer: GROUP,
    options: ['--delay', '4000'],
    disturb: (lab) => lab.limitBandwidth(20),
  },
  {
    technique: 'C3 joining',
    flag: 'join',
    what: '3 atftp clients, 0.5 s apart, 8 MB by multicast at 20 Mbit/s; no delay',
    fileBytes: 8_000_000,
    devices: 3,
    apartMs: 500,
    peer: GROUP,
    options: ['--delay', '0'],
    disturb: (lab) => lab.limitBandwidth(20),
  },
  {
    technique: 'C4 block size by resources',
    flag: 'quality',
    what: 'atftp that asks for windows of 8 blocks of 8192 bytes, 2 MB, 2 % of the packets lost each way',
    fileBytes: 2_000_000,
    devices: 1,
    apartMs: 0,
    peer: atftp('blksize 8192', 'windowsize 8', 'timeout 1'),
    options: [],
    disturb: (lab) => lab.lose(1, 0.02),
  },
  {
    technique: 'C5 packet rate',
    flag: 'rate',
    what: 'atftp with windows of 16 blocks of 1024 bytes, 2 MB, by a line that takes 1000 packets a second',
    fileBytes: 2_000_000,
    devices: 1,
    apartMs: 0,
    peer: atftp('blksize 1024', 'windowsize 16', 'timeout 1'),
    options: [],
    disturb: (lab) => lab.narrow(1, 1000),
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
    disturb: (lab) => lab.lose(1, 0.05),
  },
];

/** Clients of a class that is switched on, for several servers. */
export const CLASS: Clients = {
  what: '6 atftp clients, 0.5 s apart, 8 MB at 20 Mbit/s',
  fileBytes: 8_000_000,
  devices: 6,
  apartMs: 500,
  peer: GROUP,
  disturb: (lab) => lab.limitBandwidth(20),
};

/** Each as it comes: Tutti with a delay of 1 s. */
export const SERVERS: readonly (Server & { readonly name: string })[] = [
  { name: 'Tutti', port: PORT, start: (lab) => lab.serve() },
  ATFTPD,
  DNSMASQ,
];

export function measureScenario(scenario: Scenario, isOn: boolean): Promise<Figures> {
  const options = [...scenario.options, ...(isOn ? [] : ['--without', scenario.flag])];
  return measure(scenario, { port: PORT, start: (lab) => lab.serve(options) });
}

/** Runs the clients once. @throws Error where one did not get the file. */
export async function measure(clients: Clients, server: Server): Promise<Figures> {
  const lab = new DevicesLab(clients.devices);
  try {
    const file = lab.file('song.wav', clients.fileBytes);
    const digest = sha256(file);
    await server.start(lab);
    clients.disturb(lab);
    const devices = Array.from({ length: clients.devices }, (_, i) => i + 1);
    const before = lab.sent();
    const start = performance.now();
    const seconds = await Promise.all(devices.map((device) => timeOf(lab, clients, device, digest, server.port)));
    const after = lab.sent();
    return {
      seconds: (performance.now() - start) / 1000,
      clientSeconds: seconds.toSorted((a, b) => a - b),
      packets: after.packets - before.packets,
      linkRatio: (after.bytes - before.bytes) / clients.fileBytes,
    };
  } finally {
    await lab.close();
  }
}

async function timeOf(
  lab: DevicesLab,
  { peer, apartMs }: Clients,
  device: number,
  digest: string,
  port: number,
): Promise<number> {
  await sleep((device - 1) * apartMs);
  const start = performance.now();
  const { program, path } = lab.fetch(device, peer, 'song.wav', port);
  const code = await program.exitCode(180_000);
  if (code !== 0 || sha256(path) !== digest)
    throw new Error(`${program.command} did not get the file:\n${program.output}`);
  return (performance.now() - start) / 1000;
}
