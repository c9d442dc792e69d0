import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Probe, StudentMessage } from '../../src-shared/wire/messages';
import { systemClock } from './clock';
import { openSender } from './dgram-channel';
import { Doctor, DoctorError } from './doctor';
import { ProbeListener } from './probe-listener';
import { StudentNode } from './student-node';
import { TeacherRoom } from './teacher-room';

const LOOPBACK = '127.0.0.1';
/** Not an address of any adapter: what listens there hears nothing. */
const NOWHERE = '127.99.99.99';
const GROUP = '239.255.77.9';
const PORT = 47_931;
const PLAN = { settleMs: 150, stepMs: 5, slow: 20, fast: 60, burst: 10, patienceMs: 400 };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function doctorFor(students: Record<string, (probe: Probe, doctor: Doctor) => void>, isSending = false): Doctor {
  const doctor: Doctor = new Doctor({
    group: GROUP,
    port: PORT,
    ttl: 0,
    plan: PLAN,
    interface: () => LOOPBACK,
    students: () =>
      new Map(Object.entries(students).map(([id, tell]) => [id, (probe: Probe) => tell(probe, doctor)] as const)),
    isSending: () => isSending,
    now: () => 1_000,
  });
  closing.push(() => doctor.close());
  return doctor;
}

/** A student that listens on one adapter of its own, and may use others. */
function listening(id: string, own: string, others: readonly string[] = []) {
  const listener = new ProbeListener({ clock: systemClock, addresses: () => [own, ...others] });
  closing.push(() => listener.close());
  return (probe: Probe, doctor: Doctor) => {
    const send = (message: StudentMessage) => message.type === 'probeReport' && doctor.receive(id, message);
    listener.start(probe, { localAddress: own, send });
  };
}

async function resultOf(doctor: Doctor) {
  await doctor.examine();
  expect(doctor.view?.state).toBe('running');
  await expect.poll(() => doctor.view?.state, { timeout: 10_000 }).toBe('done');
  return doctor.view?.students;
}

describe('An examination of the network', () => {
  it('tells who hears, who does not, who hears elsewhere, who left and who is silent', async () => {
    const doctor = doctorFor({
      ana: listening('ana', LOOPBACK),
      ben: listening('ben', LOOPBACK),
      chiara: listening('chiara', NOWHERE),
      dmitri: listening('dmitri', NOWHERE, [LOOPBACK]),
      elif: (_, doctor) => doctor.left('elif'),
      finn: () => {},
    });
    expect(await resultOf(doctor)).toEqual([
      { student: 'ana', sent: 80, received: 80, verdict: 'good' },
      { student: 'ben', sent: 80, received: 80, verdict: 'good' },
      { student: 'chiara', sent: 80, received: 0, verdict: 'none', cause: 'firewall' },
      { student: 'dmitri', sent: 80, received: 0, verdict: 'none', cause: 'wrongAdapter' },
      { student: 'elif', sent: 80, received: 0, verdict: 'noAnswer', cause: 'gone' },
      { student: 'finn', sent: 80, received: 0, verdict: 'noAnswer' },
    ]);
  });

  it('counts its own probes only, each once', async () => {
    const sender = await openSender({ group: GROUP, port: PORT, interface: LOOPBACK, ttl: 0 });
    closing.push(() => sender.close());
    const doctor = doctorFor({
      ana: (probe, doctor) => {
        // Half of what it announced never comes; what comes instead is foreign, or not a probe at all.
        listening('ana', LOOPBACK)({ ...probe, slow: 100, fast: 60 }, doctor);
        setTimeout(() => {
          for (let i = 0; i < 100; i++) sender.send(new Uint8Array(1200).fill(i));
        }, 50);
      },
    });
    expect(await resultOf(doctor)).toEqual([{ student: 'ana', sent: 80, received: 80, verdict: 'good' }]);
  });

  it('opens one socket at a time, however many examinations a teacher begins at once', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;
    await expect.poll(sockets).toBe(0);
    const listener = new ProbeListener({ clock: systemClock, addresses: () => [LOOPBACK] });
    closing.push(() => listener.close());
    const reports: StudentMessage[] = [];
    const connection = { localAddress: LOOPBACK, send: (message: StudentMessage) => void reports.push(message) };
    const probe = { type: 'probe', group: GROUP, port: PORT + 2, slow: 1, fast: 0 } as const;
    let most = 0;
    for (let i = 0; i < 500; i++) {
      listener.start({ ...probe, id: i.toString(16).padStart(16, '0'), listenMs: 200 }, connection);
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, sockets());
    }
    const last = { id: (499).toString(16).padStart(16, '0') };
    await expect.poll(() => reports).toMatchObject([last]);
    expect(most).toBeLessThanOrEqual(1);
    await expect.poll(sockets).toBe(0);
  });

  it('takes no answer from strangers or to other questions', async () => {
    const report = { type: 'probeReport', slow: 20, fast: 60, adapter: 'wired', elsewhere: false } as const;
    const doctor = doctorFor({
      ana: (probe, doctor) => {
        doctor.receive('mallory', { ...report, id: probe.id });
        doctor.receive('ana', { ...report, id: '0'.repeat(16) });
      },
    });
    expect(await resultOf(doctor)).toEqual([{ student: 'ana', sent: 80, received: 0, verdict: 'noAnswer' }]);
  });

  it('is refused while something is sent, to nobody, and twice at once', async () => {
    const students = { ana: listening('ana', LOOPBACK) };
    await expect(doctorFor(students, true).examine()).rejects.toThrow(DoctorError);
    await expect(doctorFor({}).examine()).rejects.toThrow('Nobody is in the room');
    const doctor = doctorFor(students);
    expect(doctor.view).toBeNull();
    await doctor.examine();
    await expect(doctor.examine()).rejects.toThrow('already');
  });

  it('that breaks off is over, and another one may begin', async () => {
    const doctor = doctorFor({
      ana: () => {
        throw new Error('no way there');
      },
    });
    for (let i = 0; i < 2; i++) {
      await doctor.examine();
      await expect.poll(() => doctor.isExamining).toBe(false);
      expect(doctor.view).toMatchObject({ state: 'done', students: [{ student: 'ana', verdict: 'noAnswer' }] });
    }
  });

  it('goes from a real room to real students and back', async () => {
    vi.stubEnv('TUTTI_INTERFACE', LOOPBACK);
    closing.push(() => vi.unstubAllEnvs());
    const folder = mkdtempSync(join(tmpdir(), 'tutti-doctor-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const room = await TeacherRoom.open({
      ...{ name: 'Ms Rivera', stateDir: join(folder, 'teacher'), admit: 'anyone', rate: 'auto', repair: 'auto' },
      ...{ listen: { host: LOOPBACK, port: 0 }, interface: LOOPBACK, ttl: 0, groupPort: PORT + 1, onEvent() {} },
    });
    closing.unshift(() => room.close());
    const ana = await studentOf(room, join(folder, 'ana'));
    await room.waitFor(1, 10_000);
    const ben = await studentOf(room, join(folder, 'ben'));
    await room.waitFor(2, 10_000);
    await room.examine();
    await ben.close();
    closing.unshift(() => ana.close());
    await expect.poll(() => room.snapshot().doctor?.state, { timeout: 10_000 }).toBe('done');
    expect(room.snapshot().doctor?.students).toMatchObject([
      { sent: 660, received: 660, verdict: 'good' },
      { received: 0, verdict: 'noAnswer', cause: 'gone' },
    ]);
  }, 30_000);
});

function studentOf(room: TeacherRoom, folder: string): Promise<StudentNode> {
  return StudentNode.open({
    ...{ name: 'A student', stateDir: join(folder, 'state'), directory: join(folder, 'music'), interface: LOOPBACK },
    connect: { host: LOOPBACK, port: room.snapshot().room?.port ?? 0 },
    trust: { firstUse: true },
    onEvent() {},
  });
}
