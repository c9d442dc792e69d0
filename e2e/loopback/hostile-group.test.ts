import { randomBytes, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneByOne } from '../../src-main/transport/data-channel';
import { openReceiver, openSender } from '../../src-main/transport/dgram-channel';
import { DATA, HEADER_BYTES, splitTransferId, writeHeader } from '../../src-shared/wire/data-datagram';
import { Classroom, digests, expectEverywhere, LOOPBACK, type Student, sendTo, type Teacher } from './classroom';

let classroom: Classroom;
let teacher: Teacher;
let folder: string;

beforeEach(async () => {
  classroom = await Classroom.open();
  teacher = await classroom.teacher('Teacher', { rate: 4_000_000 });
  folder = await classroom.files('Suite', { 'a.flac': 2_500_000, 'b.flac': 500_000 });
});
afterEach(() => classroom.close());

async function groupOf({ events }: Teacher): Promise<{ group: string; port: number }> {
  const { group, groupPort: port } = await events.first('room');
  return { group, port };
}

/** Somebody else's socket on the teacher's group, on this machine. */
async function openAttacker(): Promise<(datagram: Uint8Array) => Promise<void>> {
  const sender = await openSender({ ...(await groupOf(teacher)), interface: LOOPBACK, ttl: 0 });
  classroom.atEnd(() => sender.close());
  return async (datagram) => {
    while (sender.queued > 32) await sleep(1);
    sender.send(datagram);
  };
}

/** Calls back for each of the room's datagrams. */
async function overhear(onDatagram: (bytes: Uint8Array) => void): Promise<void> {
  const place = { ...(await groupOf(teacher)), interface: LOOPBACK };
  const receiver = await openReceiver({ ...place, onDatagrams: oneByOne(onDatagram) });
  classroom.atEnd(() => receiver.close());
}

async function openStudents(room = teacher, names = ['One', 'Two']): Promise<Student[]> {
  const students: Student[] = [];
  for (const name of names) students.push(await classroom.student(name, room, { impairment: 'loss=0.1,seed=5' }));
  await room.room.waitFor(names.length, 10_000);
  return students;
}

describe('a hostile sender on the group', () => {
  it('forges every datagram that it overhears, and repeats the old ones: no file is changed', async () => {
    const students = await openStudents();
    const attack = await openAttacker();
    const old: Uint8Array[] = [];
    let forged = 0;
    await overhear((bytes) => {
      // What the attacker itself has sent comes back to it, too.
      if (bytes.length < HEADER_BYTES + 4 || Buffer.from(bytes.subarray(-4)).toString() === 'evil') return;
      const copy = Uint8Array.from(bytes);
      copy.set(Buffer.from('evil'), copy.length - 4);
      forged++;
      void attack(copy);
      if (old.length < 500) old.push(Uint8Array.from(bytes));
      else if (forged % 10 === 0) void attack(old[randomInt(old.length)] ?? bytes);
    });
    const transfer = await sendTo(teacher.room, [folder]);
    const ahead = setInterval(() => void attack(guess(transfer, randomInt(2_000))), 1);
    const finished = await teacher.events.first('finished');
    clearInterval(ahead);
    expect(finished).toMatchObject({ ok: true });
    expect(forged).toBeGreaterThan(1_000);
    await expectEverywhere(students, folder);
  });

  it('sends 100,000 random datagrams', async () => {
    const students = await openStudents();
    const attack = await openAttacker();
    await sendTo(teacher.room, [folder]);
    const noise = (async () => {
      for (let i = 0; i < 100_000; i++) await attack(randomBytes(i % 1473));
    })();
    expect(await teacher.events.first('finished')).toMatchObject({ ok: true });
    await noise;
    await expectEverywhere(students, folder);
  });

  it('sends to the students one by one, from outside the group', async () => {
    const students = await openStudents();
    const { port } = await groupOf(teacher);
    const socket = createSocket('udp4');
    classroom.atEnd(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    const transfer = await sendTo(teacher.room, [folder]);
    const attack = setInterval(() => {
      for (let i = 0; i < 20; i++) socket.send(guess(transfer, randomInt(2_000)), port, LOOPBACK);
    }, 2);
    expect(await teacher.events.first('finished')).toMatchObject({ ok: true });
    clearInterval(attack);
    await expectEverywhere(students, folder);
  });

  it('is another teacher on the same group and port: both classes get their own files', async () => {
    const other = await classroom.teacher('Other', { rate: 4_000_000, ...(await groupAndPort()) });
    const otherFolder = await classroom.files('Other suite', { 'c.flac': 2_000_000 });
    const [here, there] = await Promise.all([openStudents(), openStudents(other, ['Three', 'Four'])]);
    await Promise.all([sendTo(teacher.room, [folder]), sendTo(other.room, [otherFolder])]);
    expect(await teacher.events.first('finished')).toMatchObject({ ok: true });
    expect(await other.events.first('finished')).toMatchObject({ ok: true });
    await expectEverywhere(here, folder);
    await expectEverywhere(there, otherFolder);
    for (const { directory } of [...here, ...there]) {
      expect(
        Object.keys(await digests(directory)).every((path) => path.startsWith('Suite') || path.startsWith('Other')),
      ).toBe(true);
    }
  });
});

async function groupAndPort() {
  const { group, port: groupPort } = await groupOf(teacher);
  return { group, groupPort };
}

/** A datagram with the right header and the wrong payload. */
function guess(transfer: string, unit: number): Uint8Array {
  const datagram = Buffer.alloc(HEADER_BYTES + 1448, 'evil');
  const header = {
    kind: DATA,
    transmission: 0,
    ...splitTransferId(transfer),
    sequence: unit,
    offset: unit * 1448,
  } as const;
  writeHeader(datagram, header);
  return datagram;
}
