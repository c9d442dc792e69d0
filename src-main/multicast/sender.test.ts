import { describe, expect, it } from 'vitest';
import type { TeacherEvent } from '../../src-shared/ipc/events';
import { decodeRanges, encodeRanges } from '../../src-shared/ranges/range-codec';
import { EMPTY, type RangeSet, span } from '../../src-shared/ranges/range-set';
import { serialAdd } from '../../src-shared/ranges/serial-number';
import { PARITY } from '../../src-shared/wire/data-datagram';
import type { StudentMessage } from '../../src-shared/wire/messages';
import { WireError } from '../../src-shared/wire/wire-error';
import {
  BURST_DATAGRAMS,
  FILL_STALL_MS,
  MAX_FILLS,
  MAX_WINDOW_DATAGRAMS,
  PROACTIVE_MAX,
  REJOIN_GRACE_MS,
  REPORT_LIMIT_MS,
  REPORT_PATIENCE_MS,
} from './params';
import type { HeldState } from './scorecard';
import { Sender } from './sender';
import type { DueRun, SenderOptions, SenderOutput } from './sender-io';
import { TransferLayout } from './transfer-layout';

const TRANSFER = '00112233aabbccdd';
const ROOT = 'f'.repeat(64);
const SOURCE = { address: '10.0.0.254', port: 40_000 };
const OFFER = { manifest: { files: [{ path: ['a'], size: 1, modified: 0 }], covers: [] }, key: '', payloadBytes: 1000 };

/** How many datagrams the driver wants at once. */
const MOST = 64;

type Message = Extract<SenderOutput, { kind: 'message' }>;
type EventOf<K extends TeacherEvent['event']> = Extract<TeacherEvent, { event: K }>;

/** A teacher whose driver is the test: time moves only where the test says so. */
class Classroom {
  readonly layout: TransferLayout;
  readonly sender: Sender;
  now = 0;
  readonly runs: DueRun[] = [];
  /** Everything that the sender asked for, in order; each datagram stands in it too. */
  readonly log: (SenderOutput | { kind: 'datagram'; unit: number | undefined; sequence: number })[] = [];

  constructor(contentBytes = 1_000_000, options: Partial<SenderOptions> = {}) {
    this.layout = new TransferLayout(contentBytes, 1000);
    const common = { transfer: TRANSFER, offer: OFFER, group: '239.255.0.1', port: 5000 };
    this.sender = new Sender(
      this.layout,
      { ...common, repair: 'auto', maxRounds: 12, rate: 'auto', ...options },
      this.now,
    );
  }

  enroll(id: string, held?: HeldState): void {
    this.sender.enroll({ id, name: id, ip: '10.0.0.1' }, held, this.now);
    this.settle();
  }

  start(): void {
    this.sender.start(this.now);
    this.settle();
  }

  /** Lets the driver do what it can at this instant: data channel, root, datagrams. */
  settle(): void {
    for (;;) {
      const outputs = this.sender.outputs();
      this.log.push(...outputs);
      for (const { kind } of outputs) {
        if (kind === 'openData') this.sender.dataOpened(SOURCE, this.now);
        if (kind === 'findRoot') this.sender.rootKnown(ROOT, this.now);
      }
      const run = this.sender.nextRun(MOST, this.now);
      if (run === undefined && outputs.length === 0) return;
      if (run === undefined) continue;
      this.note(run);
      this.sender.runSent(run, this.now);
    }
  }

  private note(run: DueRun): void {
    const { header, first, count } = run;
    this.runs.push(run);
    for (let i = 0; i < count; i++) {
      const unit = first === undefined ? undefined : first + i;
      this.log.push({ kind: 'datagram', unit, sequence: serialAdd(header.sequence, i) });
    }
  }

  /** Time passes, deadline by deadline. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const at = this.sender.deadline(this.now);
      if (at === undefined || at > until) break;
      this.now = Math.max(this.now, at);
      this.sender.timeout(this.now);
      this.settle();
    }
    this.now = until;
  }

  say(id: string, message: StudentMessage, attachment: Uint8Array = new Uint8Array()): void {
    this.sender.receive(id, message, attachment, this.now);
    this.settle();
  }

  elect(id: string, join = true, transmission = this.number): void {
    this.say(id, { type: 'elect', transfer: TRANSFER, transmission, join, why: 'a reason' });
  }

  ready(id: string, probeSeen = true): void {
    this.say(id, { type: 'ready', transfer: TRANSFER, transmission: this.number, probeSeen });
  }

  report(id: string, missing: RangeSet, transmission = this.number, forged = 0): void {
    const message = { type: 'report', transfer: TRANSFER, transmission, ip: '10.0.0.1', forged } as const;
    this.say(id, message, encodeRanges(missing));
  }

  complete(id: string): void {
    this.say(id, { type: 'complete', transfer: TRANSFER });
  }

  /** Everybody joins, hears a probe, and the transmission goes out. */
  transmit(...ids: readonly string[]): void {
    for (const id of ids) this.elect(id);
    for (const id of ids) this.ready(id);
    this.pass(1000);
  }

  /** Gives a student all that its fill holds. */
  fill(id: string): number {
    let units = 0;
    for (;;) {
      const due = this.sender.nextFill(id, this.now);
      if (due === undefined) return units;
      units += due.count;
      this.sender.fillSent(id, this.now);
      this.settle();
    }
  }

  disconnect(id: string, left?: string): void {
    this.sender.disconnected(id, left, this.now);
    this.settle();
  }

  get number(): number {
    return this.sender.view().number;
  }

  get phase(): string {
    return this.sender.view().phase;
  }

  messages(id: string, type: Message['message']['type']): Message[] {
    return this.log
      .filter((entry) => entry.kind === 'message')
      .filter(({ to, message }) => to === id && message.type === type);
  }

  events<K extends TeacherEvent['event']>(name: K): EventOf<K>[] {
    const events = this.log.flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []));
    return events.filter((event): event is EventOf<K> => event.event === name);
  }

  get datagrams(): { unit: number; sequence: number }[] {
    return this.log.flatMap((entry) =>
      entry.kind === 'datagram' && entry.unit !== undefined ? [{ unit: entry.unit, sequence: entry.sequence }] : [],
    );
  }

  get finished(): EventOf<'finished'> {
    return this.events('finished')[0] ?? expect.fail('the transfer is not finished');
  }
}

function classroom(ids: readonly string[], contentBytes?: number, options?: Partial<SenderOptions>): Classroom {
  const room = new Classroom(contentBytes, options);
  for (const id of ids) room.enroll(id);
  room.start();
  return room;
}

describe('a transfer', () => {
  it('is announced to everybody, described, before its data (A2)', () => {
    const room = classroom(['a', 'b']);
    const [announce] = room.messages('a', 'announce');
    expect(announce?.message).toMatchObject({ transmission: 0, mode: 'plain', source: SOURCE, offer: OFFER });
    expect(decodeRanges(announce?.attachment ?? new Uint8Array(), 1e6)).toEqual(span(0, room.layout.unitCount));
    expect(room.messages('b', 'announce')[0]?.message).toBe(announce?.message);
    expect(room.datagrams).toEqual([]);
    room.transmit('a', 'b');
    expect(room.datagrams.map(({ unit }) => unit)).toEqual(Array.from({ length: room.layout.unitCount }, (_, i) => i));
  });

  it('ends when everybody is complete, and only then', () => {
    const room = classroom(['a', 'b'], 10_000);
    room.transmit('a', 'b');
    room.report('a', EMPTY);
    room.report('b', EMPTY);
    room.complete('a');
    expect(room.sender.isFinished).toBe(false);
    room.complete('b');
    expect(room.finished).toMatchObject({
      ok: true,
      complete: ['a', 'b'],
      failed: [],
      transmissions: 1,
      resentBytes: 0,
    });
    expect(room.messages('a', 'finished')).toHaveLength(1);
    expect(room.log.at(-1)?.kind).toBe('done');
    expect(room.sender.deadline(room.now)).toBeUndefined();
  });

  it('with nobody there ends at once, and not well', () => {
    const room = classroom([]);
    expect(room.finished).toMatchObject({ ok: false, complete: [], failed: [] });
  });

  it('without a byte needs no data channel', () => {
    const room = classroom(['a'], 0);
    expect(room.messages('a', 'announce')[0]?.message).toMatchObject({ mode: 'tcp', offer: OFFER });
    room.elect('a', false);
    room.report('a', EMPTY);
    room.complete('a');
    expect(room.finished).toMatchObject({ ok: true, complete: ['a'], bytes: 0 });
    expect(room.log.filter(({ kind }) => kind === 'openData')).toEqual([]);
  });
});

describe('a run of datagrams', () => {
  it('is of one chunk or of the trailer, and no more than pacing allows and the driver wants', () => {
    const room = classroom(['a'], 1_000_000, { rate: 250_000_000 });
    room.transmit('a');
    const { layout, runs } = room;
    const [probe, ...data] = runs;
    expect(probe).toMatchObject({ first: undefined, count: 1 });
    expect(data[0]).toMatchObject({ first: 0, count: BURST_DATAGRAMS, step: 1000 });
    expect(Math.max(...data.map(({ count }) => count))).toBeLessThanOrEqual(MOST);
    const borders = data.flatMap(({ first = 0, count }) =>
      layout.runEnd(first) === first + count ? [first + count] : [],
    );
    const chunkEnds = Array.from({ length: layout.chunkCount }, (_, chunk) => layout.unitsOfChunk(chunk)[1]);
    expect(borders).toEqual([...chunkEnds, layout.unitCount]);
    expect(room.datagrams.map(({ unit }) => unit)).toEqual(Array.from({ length: layout.unitCount }, (_, unit) => unit));
    expect(data.map(({ header }) => header.offset)).toEqual(data.map(({ first = 0 }) => layout.offsetOf(first)));
    expect(room.events('transmitted')).toMatchObject([
      { datagrams: layout.unitCount, payloadBytes: layout.totalBytes },
    ]);
  });

  it('ends where the window does', () => {
    const room = classroom(['a'], 10_000_000, { rate: 250_000_000 });
    room.elect('a');
    room.ready('a');
    room.pass(60);
    expect(room.datagrams).toHaveLength(MAX_WINDOW_DATAGRAMS);
    room.sender.progress('a', { transmission: 0, highest: 9, received: 10 });
    room.settle();
    expect(room.runs.at(-1)).toMatchObject({ count: 10 });
  });

  it('of parity counts its offsets by one', () => {
    const room = classroom(['a', 'b']);
    room.transmit('a', 'b');
    room.report('a', [[3, 6]]);
    room.report('b', [[5, 9]]);
    room.transmit('a', 'b');
    expect(room.runs.at(-1)).toMatchObject({ first: room.layout.parityOf(0, 0), count: 4, step: 1 });
    expect(room.runs.at(-1)?.header).toMatchObject({ kind: PARITY, offset: 0 });
  });
});

describe('parity in the first pass', () => {
  const BYTES = 4_000_000;

  /** A first pass of which this share of the datagrams so far is told to be lost, every 5 ms. */
  function lossy(lost: number, options?: Partial<SenderOptions>): Classroom {
    const room = new Classroom(BYTES, { rate: 12_500_000, ...options });
    room.enroll('a');
    room.start();
    room.elect('a');
    room.ready('a');
    return passing(room, lost, 1000);
  }

  function passing(room: Classroom, lost: number, ms: number): Classroom {
    for (let i = 0; i < ms / 5 && room.phase === 'transmitting'; i++) {
      room.pass(5);
      const sent = room.datagrams.length;
      const position = { highest: sent - 1, received: Math.round(sent * (1 - lost)) };
      room.sender.progress('a', { transmission: room.number, ...position });
      room.settle();
    }
    return room;
  }

  const parityOf = (room: Classroom) => room.datagrams.filter(({ unit }) => room.layout.isParity(unit));

  it('follows each chunk, as much as the loss of late says, and is announced', () => {
    const room = lossy(0.05);
    const { layout } = room;
    expect(room.messages('a', 'announce')[0]?.message).toMatchObject({ mode: 'plain', proactiveParity: PROACTIVE_MAX });
    const units = room.datagrams.map(({ unit }) => unit);
    const at = units.indexOf(layout.parityOf(20, 0));
    expect(units.slice(at - 1, at + 12)).toEqual([
      20 * 128 + 127,
      ...Array.from({ length: 11 }, (_, i) => layout.parityOf(20, i)),
      21 * 128,
    ]);
    // Each unit once, and numbers without a gap.
    expect(new Set(units).size).toBe(units.length);
    expect(units.filter((unit) => !layout.isParity(unit))).toHaveLength(layout.unitCount);
    expect(room.datagrams.map(({ sequence }) => sequence)).toEqual(units.map((_, i) => i));
    expect(room.messages('a', 'end')[0]?.message).toMatchObject({ lastSequence: units.length - 1 });
  });

  it('is counted as repair, apart from the file', () => {
    const room = lossy(0.05);
    const bytes = parityOf(room).length * 1000;
    expect(bytes).toBeGreaterThan(0.05 * BYTES);
    expect(room.events('transmitted')).toMatchObject([
      { proactiveBytes: bytes, payloadBytes: bytes + room.layout.totalBytes },
    ]);
    room.report('a', EMPTY);
    room.complete('a');
    expect(room.finished).toMatchObject({ resentBytes: bytes, transmissions: 1 });
  });

  it('is so much in a room that has been sent to before that there need be no round, and so is the trailer', () => {
    const room = lossy(0.05, { found: { rate: 12_500_000, loss: 0.05 } });
    const { layout } = room;
    const units = room.datagrams.map(({ unit }) => unit);
    expect(units.slice(128, 143)).toEqual([...Array.from({ length: 14 }, (_, i) => layout.parityOf(0, i)), 128]);
    expect(units.slice(-4)).toEqual([4000, 4001, 4000, 4001]);
    expect(room.datagrams.map(({ sequence }) => sequence)).toEqual(units.map((_, i) => i));
    const proactiveBytes = parityOf(room).length * 1000 + layout.trailerBytes;
    expect(room.events('transmitted')).toMatchObject([{ proactiveBytes }]);
    expect(room.sender.found.loss).toBeCloseTo(0.05, 2);
  });

  it('is told to the next transfer', () => {
    expect(lossy(0).sender.found.loss).toBe(0);
    expect(lossy(0.02).sender.found).toMatchObject({ rate: 12_500_000, loss: expect.closeTo(0.02, 3) });
  });

  it('is none where nothing is lost, and where repairs have none', () => {
    const plain = lossy(0.05, { repair: 'plain' });
    for (const room of [lossy(0), plain]) {
      expect(parityOf(room)).toEqual([]);
      expect(room.datagrams).toHaveLength(room.layout.unitCount);
    }
    expect(plain.messages('a', 'announce')[0]?.message).not.toHaveProperty('proactiveParity');
  });

  it('is never sent again by a round', () => {
    const room = lossy(0.05);
    const { layout } = room;
    const used = room.sender.state().parityUsed?.[20] ?? 0;
    expect(used).toBe(11);
    room.enroll('b', { complete: false, missing: [[20 * 128, 20 * 128 + 2]] });
    room.report('a', [[20 * 128 + 50, 20 * 128 + 52]]);
    const numbers = decodeRanges(room.messages('a', 'announce')[1]?.attachment ?? new Uint8Array(), layout.numberCount);
    expect(numbers).toContainEqual([layout.parityOf(20, used), layout.parityOf(20, used + 3)]);
  });

  it('counts as used before it is decided on: a crash in the middle repeats none of it', () => {
    const room = lossy(0.05, { rate: 2_000_000 });
    expect(room.phase).toBe('transmitting');
    const { parityUsed, sequence } = room.sender.state();
    const sent = room.datagrams.filter(({ unit }) => !room.layout.isParity(unit)).length;
    const next = Math.ceil(sent / 128) + 1;
    expect([...(parityUsed ?? [])].slice(next).every((used) => used === PROACTIVE_MAX)).toBe(true);
    expect(parityUsed?.[next - 3]).toBe(11);
    expect(sequence).toBe(room.layout.unitCount + PROACTIVE_MAX * room.layout.chunkCount);
  });
});

describe('a retransmission', () => {
  /** A second transmission has been announced: `a` and `b` miss something, `c` nothing. */
  function second(repair: SenderOptions['repair'] = 'plain'): Classroom {
    const room = classroom(['a', 'b', 'c'], undefined, { repair });
    room.transmit('a', 'b', 'c');
    room.report('a', [[3, 6]]);
    room.report('c', EMPTY);
    room.report('b', [[5, 9]]);
    return room;
  }

  it('is announced before it is sent, and is the union of the reports (A5, A6)', () => {
    const room = second();
    const sent = room.datagrams.length;
    const announce = room.messages('a', 'announce')[1];
    expect(announce?.message).toMatchObject({ transmission: 1, firstSequence: sent, root: ROOT });
    expect(announce?.message).not.toHaveProperty('offer');
    expect(decodeRanges(announce?.attachment ?? new Uint8Array(), 1e6)).toEqual([[3, 9]]);
    expect(room.events('announced')[1]).toMatchObject({ ranges: [[3000, 9000]], bytes: 6000, students: ['a', 'b'] });
    for (const id of ['a', 'b']) room.elect(id);
    room.elect('c', false);
    expect(room.datagrams).toHaveLength(sent);
    for (const id of ['a', 'b']) room.ready(id);
    room.pass(100);
    expect(room.datagrams.slice(sent).map(({ unit }) => unit)).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('brings the union with fewer datagrams where parity can, and announces which (A5, A6)', () => {
    const room = second('auto');
    const sent = room.datagrams.length;
    const [first, last] = [room.layout.parityOf(0, 0), room.layout.parityOf(0, 4)];
    const announce = room.messages('a', 'announce')[1];
    expect(announce?.message).toMatchObject({ transmission: 1, mode: 'coded', firstSequence: sent });
    expect(decodeRanges(announce?.attachment ?? new Uint8Array(), 1e6)).toEqual([
      [3, 9],
      [first, last],
    ]);
    expect(room.events('announced')[1]).toMatchObject({ mode: 'coded', ranges: [[3000, 9000]], bytes: 4000 });
    expect(room.sender.state()).toMatchObject({
      sequence: sent + 4,
      parityUsed: Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0),
    });
    for (const id of ['a', 'b']) room.elect(id);
    room.elect('c', false);
    for (const id of ['a', 'b']) room.ready(id);
    room.pass(100);
    expect(room.datagrams.slice(sent).map(({ unit }) => unit)).toEqual([first, first + 1, first + 2, first + 3]);
    // One of four was lost on its way to b, and a got them all.
    room.report('a', EMPTY);
    room.report('b', [
      [5, 9],
      [first + 1, last],
    ]);
    expect(room.events('report').at(-1)).toMatchObject({ student: 'b', missing: [[5000, 9000]], missingBytes: 4000 });
  });

  it('never sends the same parity unit again, not even after a restart', () => {
    const options = { resumed: { transmission: 2, sequence: 0, resentBytes: 0, filledBytes: 0 } };
    const parityUsed = Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0);
    const room = new Classroom(1_000_000, { resumed: { ...options.resumed, parityUsed } });
    room.sender.enroll({ id: 'a', name: 'a', ip: '10.0.0.1' }, { complete: false, missing: [[0, 100]] }, 0);
    room.sender.enroll(
      { id: 'b', name: 'b', ip: '10.0.0.2' },
      {
        complete: false,
        missing: [
          [1, 3],
          [90, 400],
        ],
      },
      0,
    );
    room.start();
    // Nobody has heard of parity of the other chunks; of this one the first four may be at somebody's.
    expect(room.events('announced')).toMatchObject([{ mode: 'plain' }]);
    room.transmit('a', 'b');
    room.report('a', [[0, 3]]);
    room.report('b', [
      [4, 7],
      [200, 201],
    ]);
    const [, next] = room.messages('a', 'announce');
    const { layout } = room;
    expect(decodeRanges(next?.attachment ?? new Uint8Array(), layout.numberCount)).toContainEqual([
      layout.parityOf(0, 4),
      layout.parityOf(0, 4) + 4,
    ]);
  });

  it('waits only for those who join (A7)', () => {
    const room = second();
    room.elect('c', false);
    room.elect('a');
    room.elect('b');
    expect(room.phase).toBe('gathering');
    room.ready('a');
    room.ready('b');
    expect(room.phase).not.toBe('gathering');
    expect(room.sender.view().running?.deliveredTo('c')).toBeUndefined();
  });

  it('has its own data channel, open before the announcement and closed after the data (A8)', () => {
    const room = second();
    room.elect('c', false);
    room.transmit('a', 'b');
    const order = room.log.flatMap((entry): string[] => {
      if (entry.kind === 'event' && entry.event.event === 'dataChannel') return [entry.event.state];
      if (entry.kind === 'event' && entry.event.event === 'announced') return ['announced'];
      if (entry.kind === 'datagram' && entry.unit !== undefined) return ['data'];
      return entry.kind === 'openData' || entry.kind === 'closeData' ? [entry.kind] : [];
    });
    const once = ['openData', 'open', 'announced', 'data', 'closeData', 'closed'];
    expect(order.filter((word, i) => word !== order[i - 1])).toEqual([...once, ...once]);
  });

  it('goes to one student over TCP when little is left', () => {
    const room = classroom(['a', 'b']);
    room.transmit('a', 'b');
    room.report('a', [[3, 6]]);
    room.report('b', EMPTY);
    expect(room.messages('a', 'announce')[1]?.message).toMatchObject({ transmission: 1, mode: 'tcp' });
    expect(room.messages('b', 'announce')).toHaveLength(1);
    room.elect('a');
    expect(room.fill('a')).toBe(3);
    room.report('a', EMPTY);
    room.complete('a');
    room.complete('b');
    expect(room.finished).toMatchObject({ ok: true, filledBytes: 3000, resentBytes: 0, transmissions: 2 });
  });

  it('never uses a sequence number twice, across the wrap too', () => {
    const resumed = { transmission: 3, sequence: 0xffff_fff0, resentBytes: 0, filledBytes: 0 };
    const room = classroom(['a', 'b'], 100_000, { resumed });
    room.transmit('a', 'b');
    room.report('a', [[0, 50]]);
    room.report('b', [[0, 50]]);
    room.transmit('a', 'b');
    const numbers = room.datagrams.map(({ sequence }) => sequence);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => (0xffff_fff0 + i) >>> 0));
    expect(numbers.length).toBe(room.layout.unitCount + 50);
  });
});

describe('a report', () => {
  it('of ranges outside the transfer, or of impossible forgeries, is an error', () => {
    const room = classroom(['a']);
    room.transmit('a');
    expect(() => room.report('a', [[0, room.layout.numberCount + 1]])).toThrow(WireError);
    expect(() => room.report('a', EMPTY, 0, room.layout.chunkCount + 2)).toThrow(WireError);
    expect(() =>
      room.say('a', { type: 'report', transfer: TRANSFER, transmission: 0, ip: '10.0.0.1', forged: 0 }),
    ).toThrow(WireError);
    expect(room.events('report')).toEqual([]);
  });

  it('that is not due is ignored', () => {
    const room = classroom(['a', 'b']);
    room.report('a', EMPTY);
    room.transmit('a', 'b');
    room.report('a', EMPTY, 1);
    expect(room.events('report')).toEqual([]);
    room.report('a', [[1, 2]]);
    room.report('a', EMPTY);
    expect(room.events('report').map(({ missingBytes }) => missingBytes)).toEqual([1000]);
  });

  it('of another transfer, or of a stranger, is ignored', () => {
    const room = classroom(['a']);
    room.transmit('a');
    const message = { type: 'report', transfer: 'aa'.repeat(8), transmission: 0, ip: '10.0.0.1', forged: 0 } as const;
    room.say('a', message, encodeRanges(EMPTY));
    room.report('stranger', EMPTY);
    expect(room.events('report')).toEqual([]);
  });

  it('that comes late is taken while others are served, of the transmission that it is of', () => {
    const room = classroom(['late', 'b']);
    room.transmit('late', 'b');
    room.report('b', [[0, 1]]);
    room.pass(REPORT_PATIENCE_MS);
    expect(room.messages('b', 'announce')[1]?.message).toMatchObject({ mode: 'tcp' });
    room.report('late', [[7, 8]], 0);
    expect(room.events('report').at(-1)).toMatchObject({ student: 'late', transmission: 0, missing: [[7000, 8000]] });
    room.elect('b');
    room.fill('b');
    room.report('b', EMPTY);
    room.pass(REPORT_LIMIT_MS);
    expect(room.events('announced').at(-1)).toMatchObject({ students: ['late'], ranges: [[7000, 8000]] });
    expect(room.events('unrecoverable')).toEqual([]);
  });

  it('that never comes is given up, by name and with what is missing', () => {
    const room = classroom(['silent', 'b']);
    room.transmit('silent', 'b');
    room.report('b', EMPTY);
    room.complete('b');
    room.pass(REPORT_LIMIT_MS + 1000);
    expect(room.events('unrecoverable')).toMatchObject([
      { student: 'silent', ranges: [[0, room.layout.totalBytes]], reason: 'it did not report what it misses' },
    ]);
    expect(room.finished).toMatchObject({ ok: false, complete: ['b'] });
  });
});

describe('a student', () => {
  it('that asks for everything for ever ends on TCP, and then failed, in words', () => {
    const room = classroom(['greedy', 'b']);
    room.transmit('greedy', 'b');
    room.report('b', EMPTY);
    room.complete('b');
    const modes: string[] = [];
    for (let turns = 0; !room.sender.isFinished && turns < 50; turns++) {
      room.report('greedy', span(0, room.layout.unitCount));
      if (room.sender.isFinished) break;
      modes.push(room.events('announced').at(-1)?.mode ?? '');
      if (modes.at(-1) === 'plain') room.transmit('greedy');
      else {
        room.elect('greedy');
        room.fill('greedy');
      }
    }
    expect(modes.slice(-MAX_FILLS)).toEqual(Array(MAX_FILLS).fill('tcp'));
    expect(modes.slice(0, -MAX_FILLS)).not.toContain('tcp');
    expect(room.finished.failed).toEqual([
      { id: 'greedy', reason: 'it kept asking for data that it was offered over TCP' },
    ]);
    expect(room.finished.complete).toEqual(['b']);
  });

  it.each([
    ['everything, and never joins', 1_000],
    ['one unit, and never joins', 1],
  ])('that asks for ever for %s, ends failed', (_, units) => {
    const room = classroom(['idle']);
    for (let turns = 0; !room.sender.isFinished && turns < 100; turns++) {
      room.elect('idle', false);
      room.report('idle', span(0, units));
    }
    expect(room.finished).toMatchObject({ ok: false, failed: [{ id: 'idle' }] });
  });

  it('that asks for one unit for ever ends failed', () => {
    const room = classroom(['odd']);
    for (let turns = 0; !room.sender.isFinished && turns < 100; turns++) {
      room.elect('odd');
      room.ready('odd');
      room.pass(1000);
      room.fill('odd');
      room.report('odd', [[0, 1]]);
    }
    expect(room.finished).toMatchObject({ ok: false, failed: [{ id: 'odd' }] });
  });

  it('that hears no probe is served over TCP after the class, and the scorecard says why', () => {
    const room = classroom(['deaf', 'b']);
    room.elect('deaf');
    room.elect('b');
    room.ready('deaf', false);
    room.ready('b');
    room.pass(1000);
    expect(room.events('scorecard').at(-1)?.permanent[0]?.why).toMatch(/no multicast reaches it/);
    room.report('b', EMPTY);
    room.report('deaf', span(0, room.layout.unitCount));
    expect(room.events('announced').at(-1)).toMatchObject({ mode: 'tcp', students: ['deaf'] });
  });

  it('that elects late joins what is left', () => {
    const room = classroom(['late', 'b'], 60_000_000, { rate: 10_000_000 });
    room.elect('b');
    room.ready('b');
    room.pass(3100);
    expect(room.phase).toBe('transmitting');
    const probes = () => room.log.filter((entry) => entry.kind === 'datagram' && entry.unit === undefined).length;
    const before = probes();
    room.elect('late');
    expect(probes()).toBe(before + 1);
    room.ready('late');
    expect(room.sender.view().running?.deliveredTo('late')).toMatchObject({ received: 0 });
    expect(room.phase).toBe('transmitting');
  });

  it('that comes in the middle is announced the running transmission, with its description', () => {
    const room = classroom(['a'], 60_000_000, { rate: 10_000_000 });
    room.elect('a');
    room.ready('a');
    room.pass(50);
    room.enroll('new');
    expect(room.messages('new', 'announce')[0]?.message).toMatchObject({ transmission: 0, offer: OFFER });
  });

  it('that vanishes is waited for, then recorded with its ranges and the reason (A11)', () => {
    const room = classroom(['gone', 'b']);
    room.elect('gone');
    room.ready('gone');
    room.disconnect('gone');
    room.transmit('b');
    room.report('b', EMPTY);
    room.complete('b');
    expect(room.sender.isFinished).toBe(false);
    room.pass(REJOIN_GRACE_MS + 1000);
    expect(room.events('unrecoverable')).toMatchObject([{ student: 'gone', ranges: [[0, room.layout.totalBytes]] }]);
    expect(room.finished.failed).toEqual([{ id: 'gone', reason: 'its connection was lost and it did not come back' }]);
  });

  it('that leaves is not waited for', () => {
    const room = classroom(['gone', 'b']);
    room.disconnect('gone', 'It left: bye');
    room.transmit('b');
    room.report('b', EMPTY);
    room.complete('b');
    expect(room.finished.failed).toEqual([{ id: 'gone', reason: 'It left: bye' }]);
  });

  it('that comes back with a new connection in the middle of its fill holds nobody up', () => {
    const room = classroom(['a'], 100_000, { repair: 'tcp' });
    room.transmit('a');
    room.report('a', [[0, 10]]);
    room.elect('a');
    expect(room.phase).toBe('filling');
    room.enroll('a', { complete: false, missing: [[4, 10]] });
    expect(room.events('announced').at(-1)).toMatchObject({ mode: 'tcp', transmission: 2, ranges: [[4000, 10_000]] });
  });

  it('that says "complete" in the middle of its fill and reads no more holds nobody up', () => {
    const room = classroom(['a'], 100_000, { repair: 'tcp' });
    room.transmit('a');
    room.report('a', [[0, 10]]);
    room.elect('a');
    room.complete('a');
    expect(room.sender.isFinished).toBe(true);
  });

  it('that stops taking its fill is given up', () => {
    const room = classroom(['a'], 100_000, { repair: 'tcp' });
    room.transmit('a');
    room.report('a', [[0, 10]]);
    room.elect('a');
    room.pass(FILL_STALL_MS + 1000);
    expect(room.finished.failed).toEqual([{ id: 'a', reason: 'it stopped taking its data over TCP' }]);
  });

  it('that fails says why, and the others go on', () => {
    const room = classroom(['full', 'b']);
    room.say('full', { type: 'failed', transfer: TRANSFER, reason: 'its disk is full' });
    room.transmit('b');
    room.report('b', EMPTY);
    room.complete('b');
    expect(room.finished).toMatchObject({ complete: ['b'], failed: [{ id: 'full', reason: 'its disk is full' }] });
  });
});

describe('the teacher', () => {
  it('pauses and goes on', () => {
    const room = classroom(['a'], 60_000_000, { rate: 10_000_000 });
    room.elect('a');
    room.ready('a');
    room.pass(50);
    room.sender.setPaused(true, room.now);
    const sent = room.datagrams.length;
    room.pass(5000);
    expect(room.datagrams).toHaveLength(sent);
    room.sender.setPaused(false, room.now);
    room.pass(20);
    expect(room.datagrams.length).toBeGreaterThan(sent);
    expect([room.messages('a', 'pause').length, room.messages('a', 'resume').length]).toEqual([1, 1]);
  });

  it('pauses fills, which stalls nobody, and asks for them again', () => {
    const room = classroom(['a'], 100_000, { repair: 'tcp' });
    room.transmit('a');
    room.report('a', [[0, 10]]);
    room.elect('a');
    room.sender.setPaused(true, room.now);
    expect(room.fill('a')).toBe(0);
    room.pass(2 * FILL_STALL_MS);
    expect(room.events('unrecoverable')).toEqual([]);
    room.log.length = 0;
    room.sender.setPaused(false, room.now);
    room.settle();
    expect(room.log).toContainEqual({ kind: 'fill', to: 'a' });
    expect(room.fill('a')).toBe(10);
  });

  it('stops the transfer for everybody, with a reason', () => {
    const room = classroom(['a', 'b']);
    room.elect('a');
    room.ready('a');
    room.sender.abort('the file changed', room.now);
    room.settle();
    expect(room.messages('b', 'cancel')[0]?.message).toMatchObject({ reason: 'the file changed' });
    expect(room.events('unrecoverable').map(({ student }) => student)).toEqual(['a', 'b']);
    expect(room.finished.failed).toEqual(['a', 'b'].map((id) => ({ id, reason: 'the file changed' })));
    expect(room.events('dataChannel').map(({ state }) => state)).toEqual(['open', 'closed']);
    expect(room.sender.nextRun(MOST, room.now)).toBeUndefined();
  });

  it('closes a data channel that opens after the transfer was stopped', () => {
    const room = new Classroom();
    room.sender.enroll({ id: 'a', name: 'a', ip: '10.0.0.1' }, undefined, 0);
    room.sender.start(0);
    expect(room.sender.outputs()).toContainEqual({ kind: 'openData', transmission: 0 });
    room.sender.abort('the teacher stopped it', 1);
    room.sender.outputs();
    room.sender.dataOpened(SOURCE, 2);
    expect(room.sender.outputs()).toContainEqual({ kind: 'closeData' });
  });

  it('goes on after a restart: transmission, sequence numbers and sums', () => {
    const room = classroom(['a', 'b']);
    room.transmit('a', 'b');
    room.report('a', [[0, 500]]);
    room.report('b', [[0, 500]]);
    const state = room.sender.state();
    expect(state.members.map(({ id, outcome, missing }) => [id, outcome, missing])).toEqual([
      ['a', 'open', [[0, 500]]],
      ['b', 'open', [[0, 500]]],
    ]);
    const again = new Classroom(1_000_000, { resumed: { ...state, resentBytes: 70, filledBytes: 7 } });
    for (const { id, name, ip, outcome, missing } of state.members) {
      again.sender.scorecard.restore({ id, name, ip }, outcome, missing, 0);
    }
    again.start();
    expect(again.phase).toBe('waiting');
    again.enroll('a', { complete: false, missing: [[0, 400]] });
    const [announced] = again.events('announced');
    expect(announced).toMatchObject({ transmission: state.transmission, ranges: [[0, 400_000]], students: ['a'] });
    const announce = again.messages('a', 'announce')[0]?.message;
    const last = room.datagrams.at(-1)?.sequence ?? 0;
    expect(announce?.type === 'announce' && announce.firstSequence).toBeGreaterThan(last + 500);
    expect(again.sender.view()).toMatchObject({ resentBytes: 70, filledBytes: 7 });
    again.pass(REJOIN_GRACE_MS + 1000);
    expect(again.events('unrecoverable')).toMatchObject([{ student: 'b', ranges: [[0, 500_000]] }]);
  });

  it('is resumed by start, not by whoever enrolls first: one transmission for all who are there', () => {
    const resumed = { transmission: 1, sequence: 1000, resentBytes: 0, filledBytes: 0 };
    const room = new Classroom(100_000, { resumed });
    for (const id of ['a', 'b']) room.sender.enroll({ id, name: id, ip: '10.0.0.1' }, undefined, 0);
    room.start();
    expect(room.log.filter(({ kind }) => kind === 'openData')).toHaveLength(1);
    expect(room.events('announced')).toMatchObject([{ transmission: 1, mode: 'plain', students: ['a', 'b'] }]);
    expect(room.log.some(({ kind }) => kind === 'closeData')).toBe(false);
  });
});

describe('a student that may not have the transfer any more', () => {
  it('is out of a running transmission, which goes on for the others', () => {
    const room = new Classroom();
    room.enroll('a');
    room.enroll('b');
    room.start();
    room.elect('a');
    room.elect('b');
    room.ready('a');
    room.sender.dismiss('b', 'it was un-paired', room.now);
    room.settle();
    expect(room.phase).toBe('transmitting');
    room.pass(1000);
    room.report('a', EMPTY);
    room.complete('a');
    expect(room.finished).toMatchObject({ complete: ['a'], failed: [{ id: 'b', reason: 'it was un-paired' }] });
    expect(room.messages('b', 'end')).toEqual([]);
  });

  it('is not waited for where it is away, and nothing happens to one that is complete or unknown', () => {
    const room = new Classroom();
    room.enroll('a');
    room.enroll('b');
    room.start();
    room.transmit('a', 'b');
    room.report('a', EMPTY);
    room.complete('a');
    room.disconnect('b');
    room.sender.dismiss('a', 'it was un-paired', room.now);
    room.sender.dismiss('c', 'it was un-paired', room.now);
    expect(room.sender.isFinished).toBe(false);
    room.sender.dismiss('b', 'it was un-paired', room.now);
    room.settle();
    expect(room.finished).toMatchObject({ complete: ['a'], failed: [{ id: 'b', reason: 'it was un-paired' }] });
  });
});

describe('a transfer over TCP alone', () => {
  it('fills everybody with everything, late joiners after, and opens no data channel', () => {
    const room = new Classroom(100_000, { by: 'tcp' });
    room.enroll('a');
    room.start();
    room.elect('a');
    room.enroll('b');
    expect(room.fill('a')).toBe(room.layout.unitCount);
    room.report('a', EMPTY);
    room.complete('a');
    room.elect('b');
    expect(room.fill('b')).toBe(room.layout.unitCount);
    room.report('b', EMPTY);
    room.complete('b');
    expect(room.finished).toMatchObject({ ok: true, complete: ['a', 'b'], resentBytes: 0 });
    expect(room.events('announced').map(({ mode }) => mode)).toEqual(['tcp', 'tcp']);
    expect(room.events('dataChannel')).toEqual([]);
    expect(room.datagrams).toEqual([]);
  });
});
