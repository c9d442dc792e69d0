import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadIdentity } from '../../src-main/security/identity';
import { connectControl } from '../../src-main/transport/control-client';
import type { CloseReason, ConnectionLimits, TeacherConnection } from '../../src-main/transport/control-connection';
import { encodeMessage } from '../../src-main/transport/frame-codec';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import type { Hello, StudentMessage, TeacherMessage } from '../../src-shared/wire/messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { Classroom, digests, type Student, sendTo, type Teacher } from './classroom';

/** 2,070 units of content and 2 of digests. */
const SIZE = 2070 * 1448;
const EVERYTHING = encodeRanges([[0, 2072]]);

let classroom: Classroom;
let teacher: Teacher;
let honest: Student;
let folder: string;

beforeEach(async () => {
  classroom = await Classroom.open();
  teacher = await classroom.teacher('Teacher');
  honest = await classroom.student('Honest', teacher, { impairment: 'loss=0.05,seed=4' });
  folder = await classroom.files('Suite', { 'a.flac': SIZE - 10_000, 'b.flac': 10_000 });
});
afterEach(() => classroom.close());

/** A student with a certificate of its own that says what it likes. */
class Intruder {
  readonly heard: TeacherMessage[] = [];
  closed: CloseReason | undefined;

  private constructor(
    readonly id: string,
    readonly connection: TeacherConnection,
    react: (message: TeacherMessage, intruder: Intruder) => void,
  ) {
    connection.attach({
      onMessage: (message) => {
        this.heard.push(message);
        react(message, this);
      },
      onClose: (reason) => {
        this.closed = reason;
      },
    });
  }

  static async enter(
    react: (message: TeacherMessage, intruder: Intruder) => void,
    hello: Partial<Hello> = {},
    limits: Partial<ConnectionLimits> = {},
    name = 'Intruder',
  ): Promise<Intruder> {
    const identity = await loadIdentity(classroom.path(name, 'state'));
    const { connection } = await connectControl({
      ...teacher.place,
      identity,
      hello: { type: 'hello', version: PROTOCOL_VERSION, name, held: [], ...hello },
      trust: () => true,
      limits,
    });
    const intruder = new Intruder(identity.fingerprint, connection, react);
    classroom.atEnd(async () => connection.close());
    return intruder;
  }

  say(message: StudentMessage, attachment?: Uint8Array): void {
    this.connection.send(message, attachment);
  }

  report(transfer: string, transmission: number, units: Uint8Array): void {
    this.say({ type: 'report', transfer, transmission, ip: '127.0.0.1', forged: 0 }, units);
  }

  async expelled(): Promise<CloseReason> {
    return vi.waitFor(() => this.closed ?? Promise.reject(new Error('still in')), { timeout: 20_000 });
  }
}

/** Takes part like an honest student, as far as the data channel. */
function takePart(message: TeacherMessage, intruder: Intruder, probeSeen = true): void {
  if (message.type !== 'announce') return;
  const { transfer, transmission } = message;
  intruder.say({ type: 'elect', transfer, transmission, join: true, why: 'to see what happens' });
  intruder.say({ type: 'ready', transfer, transmission, probeSeen });
}

async function send(patienceMs?: number) {
  await teacher.room.waitFor(2, 10_000);
  const transfer = await sendTo(teacher.room, [folder]);
  return teacher.events.first('finished', (event) => event.transfer === transfer, patienceMs);
}

async function expectHonestHasAll(): Promise<void> {
  expect(await digests(join(honest.directory, basename(folder)))).toEqual(await digests(folder));
}

describe('a hostile student', () => {
  it('reports ranges outside the transfer: it is let go and reported, the others finish', async () => {
    const intruder = await Intruder.enter((message, self) => {
      takePart(message, self);
      if (message.type === 'end') self.report(message.transfer, message.transmission, encodeRanges([[0, 99_999_999]]));
    });
    const { complete, failed } = await send();
    expect(complete).toEqual([honest.id]);
    expect(failed).toEqual([{ id: intruder.id, reason: expect.stringContaining('a range lies outside the transfer') }]);
    expect(await intruder.expelled()).toMatchObject({ cause: 'fault', code: 'protocol' });
    await expectHonestHasAll();
  });

  it('reports millions of ranges: refused without being unpacked', async () => {
    const units = Buffer.alloc(8_000_001, 1);
    units[0] = 0;
    const intruder = await Intruder.enter((message, self) => {
      takePart(message, self);
      if (message.type === 'end') self.report(message.transfer, message.transmission, units);
    });
    expect(await send()).toMatchObject({ complete: [honest.id], failed: [{ id: intruder.id }] });
    await expectHonestHasAll();
  });

  it('asks for everything again and again: it gets so much and no more', async () => {
    const intruder = await Intruder.enter((message, self) => {
      takePart(message, self);
      if (message.type === 'end') self.report(message.transfer, message.transmission, EVERYTHING);
    });
    const { complete, failed, resentBytes, filledBytes } = await send();
    expect(complete).toEqual([honest.id]);
    expect(failed).toEqual([{ id: intruder.id, reason: expect.stringMatching(/kept asking/) }]);
    expect(resentBytes + filledBytes).toBeLessThan(8 * SIZE);
    await expectHonestHasAll();
  });

  it('joins and says nothing more: the others have their files before it is given up', async () => {
    const intruder = await Intruder.enter(takePart);
    const sending = send();
    await honest.events.first('complete');
    await expectHonestHasAll();
    intruder.say({ type: 'leave', reason: 'had enough' });
    intruder.connection.close();
    expect(await sending).toMatchObject({ complete: [honest.id], failed: [{ id: intruder.id }] });
  });

  it('says everything out of order and for transfers that are not: nothing of it counts', async () => {
    const others = ['0'.repeat(16), 'f'.repeat(16)];
    const babble = (self: Intruder, transfers: readonly string[]) => {
      for (const transfer of transfers) {
        for (const transmission of [0, 1, 65_535]) {
          self.report(transfer, transmission, EVERYTHING);
          self.say({ type: 'ready', transfer, transmission, probeSeen: true });
          self.say({ type: 'elect', transfer, transmission, join: false, why: '' });
          self.connection.sendProgress({ transmission, highest: 4_294_967_295, received: 4_294_967_295 });
        }
      }
      for (const transfer of others) self.say({ type: 'complete', transfer });
    };
    const intruder = await Intruder.enter((message, self) => {
      if (message.type === 'announce' || message.type === 'end') babble(self, [...others, message.transfer]);
      if (message.type === 'end') self.say({ type: 'failed', transfer: message.transfer, reason: 'enough' });
    });
    babble(intruder, others);
    expect(await send()).toMatchObject({
      complete: [honest.id],
      failed: [{ id: intruder.id, reason: 'enough' }],
    });
    await expectHonestHasAll();
  });

  it('claims to be complete: that is its own loss only', async () => {
    const intruder = await Intruder.enter((message, self) => {
      takePart(message, self);
      if (message.type === 'announce') self.say({ type: 'complete', transfer: message.transfer });
    });
    const { complete } = await send();
    expect([...complete].sort()).toEqual([honest.id, intruder.id].sort());
    expect(honest.events.of('complete')).toHaveLength(1);
    await expectHonestHasAll();
  });

  it('reports positions that cannot be', async () => {
    const intruder = await Intruder.enter((message, self) => {
      takePart(message, self);
      if (message.type !== 'announce') return;
      for (let i = 0; i < 1000; i++) {
        const highest = (message.firstSequence + i * 7919 * 541) >>> 0;
        self.connection.sendProgress({ transmission: message.transmission, highest, received: i * 1_000_000 });
      }
      self.say({ type: 'complete', transfer: message.transfer });
    });
    const { complete } = await send();
    expect(complete).toContain(honest.id);
    expect(intruder.closed).toBeUndefined();
    await expectHonestHasAll();
  });

  it('sends far more messages than a student has: it is let go', async () => {
    const intruder = await Intruder.enter(() => {});
    const ping = encodeMessage({ type: 'ping', id: 1 });
    intruder.connection.sendFrame(Buffer.concat(Array.from({ length: 10_000 }, () => ping)));
    expect(await intruder.expelled()).toMatchObject({
      code: 'protocol',
      reason: 'Far too many messages came at once.',
    });
    expect(honest.events.of('left')).toEqual([]);
  });

  it('sends JSON that would keep the teacher busy parsing', async () => {
    const intruder = await Intruder.enter(() => {});
    intruder.connection.sendFrame(
      encodeMessage({ type: 'of tomorrow', items: Array.from({ length: 1_000_000 }, () => ({})) }),
    );
    expect(await intruder.expelled()).toMatchObject({ cause: 'fault', code: 'protocol' });
  });

  it('says hello with 3 MB, and twice', async () => {
    const missing = 'A'.repeat(700_000);
    const held = Array.from({ length: 5 }, (_, i) => ({ transfer: `${i}`.repeat(16), complete: false, missing }));
    await expect(Intruder.enter(() => {}, { held })).rejects.toMatchObject({ code: 'protocol' });
    const intruder = await Intruder.enter(() => {});
    intruder.say({ type: 'hello', version: PROTOCOL_VERSION, name: 'Somebody else', held: [] });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const names = teacher.events.of('enrolled').map(({ student }) => student.name);
    expect(names.filter((name) => name !== 'Honest')).toEqual(['Intruder']);
  });

  it('says what would steer a terminal or reorder a line', async () => {
    const hostile = 'Ana\u001b[2J\u009b31m\u202egnp\n<b>';
    const intruder = await Intruder.enter(
      (message, self) => {
        if (message.type !== 'announce') return;
        const { transfer, transmission } = message;
        self.say({ type: 'elect', transfer, transmission, join: false, why: hostile });
        self.say({ type: 'failed', transfer, reason: hostile });
        self.say({ type: 'leave', reason: hostile });
      },
      { name: hostile },
    );
    expect(await send()).toMatchObject({ complete: [honest.id], failed: [{ id: intruder.id }] });
    const told = JSON.stringify([...teacher.events.all, teacher.room.snapshot()]);
    expect(told).toContain('gnp <b>');
    // JSON itself escapes what is below a space, and nothing else.
    expect(told).not.toMatch(/\\u00|\\n|[\u0080-\u009f\u202e]/);
  });

  it.each([
    ['no range set at all', ''],
    ['ranges outside the transfer', Buffer.from(encodeRanges([[0, 1e9]])).toString('base64')],
    ['a megabyte of bitmap', Buffer.alloc(750_000, 255).toString('base64')],
  ])('comes back into a running transfer with a lie about what it has: %s', async (_, missing) => {
    const slow = await classroom.teacher('Slow', { rate: 1_000_000 });
    teacher = slow;
    honest = await classroom.student('Honest 2', slow);
    await slow.room.waitFor(1, 10_000);
    const transfer = await sendTo(slow.room, [folder]);
    await slow.events.first('progress', ({ sentBytes }) => sentBytes > 100_000);
    const intruder = await Intruder.enter(
      (message, self) => {
        if (message.type === 'announce') self.say({ type: 'failed', transfer: message.transfer, reason: 'a joke' });
      },
      { held: [{ transfer, complete: false, missing }] },
    );
    const finished = await slow.events.first('finished');
    expect(finished.complete).toEqual([honest.id]);
    intruder.connection.close();
    await vi.waitFor(() => expect(slow.room.studentCount).toBe(1));
    await expectHonestHasAll();
  });

  it('does not crash a restarted teacher with a lie about the transfer that is to be resumed', async () => {
    teacher = await classroom.teacher('Slow', { rate: 1_000_000 });
    honest = await classroom.student('Honest 2', teacher);
    await teacher.room.waitFor(1, 10_000);
    const transfer = await sendTo(teacher.room, [folder]);
    await teacher.events.first('progress', ({ sentBytes }) => sentBytes > 500_000);
    await teacher.room.close();
    teacher = await classroom.teacher('Slow', { listen: teacher.place });
    const liar = await Intruder.enter(
      (message, self) => {
        if (message.type === 'announce') self.say({ type: 'failed', transfer, reason: 'a joke' });
      },
      { held: [{ transfer, complete: false, missing: '' }] },
    );
    await teacher.room.waitFor(2, 20_000);
    expect(await sendTo(teacher.room, [folder])).toBe(transfer);
    const { complete, failed } = await teacher.events.first('finished');
    expect([complete, failed]).toEqual([[honest.id], [{ id: liar.id, reason: 'a joke' }]]);
    await expectHonestHasAll();
  });

  it('comes as thirty, one after the other, and leaves again: the others finish', async () => {
    const sending = send();
    for (let i = 0; i < 30; i++) {
      const guest = await Intruder.enter(takePart, {}, {}, `Guest ${i}`);
      guest.say({ type: 'leave', reason: 'bye' });
      guest.connection.close();
    }
    await honest.events.first('complete');
    await expectHonestHasAll();
    expect((await sending).complete).toContain(honest.id);
  });

  it('goes and comes back for ever: the class does not wait for it for ever', async () => {
    const isAnnouncement = ({ type }: TeacherMessage) => type === 'announce';
    const intruder = await Intruder.enter(() => {});
    const sending = send();
    await honest.events.first('complete');
    intruder.connection.close();
    for (let visit = 0; visit < 100 && teacher.events.of('finished').length === 0; visit++) {
      const guest = await Intruder.enter(() => {});
      await vi.waitFor(() => expect(guest.heard.length).toBeGreaterThan(0), 10_000);
      expect(guest.heard.some(isAnnouncement) || teacher.events.of('finished').length > 0).toBe(true);
      guest.connection.close();
      await vi.waitFor(() => expect(teacher.room.studentCount).toBe(1), 10_000);
    }
    const failed = [{ id: intruder.id, reason: 'it came and went too often' }];
    expect(await sending).toMatchObject({ complete: [honest.id], failed });
  });

  it('stops reading while it is served over TCP: it is reported, the others finish', async () => {
    folder = await classroom.files('Large', { 'large.wav': 40_000_000 });
    const second = await classroom.student('No multicast', teacher, { impairment: 'loss=1' });
    const intruder = await Intruder.enter(
      (message, self) => {
        if (message.type === 'announce') {
          if (message.mode === 'tcp') self.connection.detach();
          takePart(message, self, false);
        }
        if (message.type === 'end') {
          self.report(message.transfer, message.transmission, encodeRanges([[0, 27_000]]));
        }
      },
      {},
      { silentMs: Number.POSITIVE_INFINITY, stalledMs: Number.POSITIVE_INFINITY },
    );
    await teacher.room.waitFor(3, 10_000);
    // The protocol's own waits for such a student add up to 34 s.
    const { complete, failed } = await send(100_000);
    expect([...complete].sort()).toEqual([honest.id, second.id].sort());
    expect(failed.map(({ id }) => id)).toEqual([intruder.id]);
    expect(teacher.events.of('left').find(({ student }) => student === intruder.id)?.reason).toBe(
      'It does not read what is sent to it.',
    );
    await expectHonestHasAll();
  }, 120_000);
});
