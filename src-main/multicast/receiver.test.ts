import { describe, expect, it } from 'vitest';
import type { StudentEvent } from '../../src-shared/ipc/events';
import { decodeRanges, encodeRanges } from '../../src-shared/ranges/range-codec';
import { EMPTY, normalize, type RangeSet, span } from '../../src-shared/ranges/range-set';
import {
  DATA,
  type DataHeader,
  HEADER_BYTES,
  PARITY,
  PROBE,
  splitTransferId,
  writeHeader,
} from '../../src-shared/wire/data-datagram';
import type { Announce, Offer, StudentMessage } from '../../src-shared/wire/messages';
import { WireError } from '../../src-shared/wire/wire-error';
import { seededRandom } from '../transport/seeded-random';
import { DRAIN_LIMIT_MS, DRAIN_QUIET_MS } from './params';
import { Receiver } from './receiver';
import type { ReceiverOutput } from './receiver-io';
import { TransferLayout } from './transfer-layout';

const TRANSFER = '00112233aabbccdd';
const OTHER = '99887766aabbccdd';
const SOURCE = { address: '10.0.0.254', port: 40_000 };
const ROOT = 'f'.repeat(64);
const PAYLOAD = 1000;
const OFFER: Offer = {
  manifest: { files: [{ path: ['a'], size: 1, modified: 0 }], covers: [] },
  key: '',
  payloadBytes: PAYLOAD,
};
const layout = new TransferLayout(9_500, PAYLOAD);
const UNITS = layout.unitCount;
const ALL = span(0, UNITS);

/** A student whose driver is the test. */
class Student {
  readonly receiver: Receiver;
  now = 0;
  readonly log: ReceiverOutput[] = [];

  constructor(completed: readonly string[] = []) {
    this.receiver = new Receiver(completed);
    this.receiver.connected('10.0.0.7');
  }

  announce(units: RangeSet = ALL, change: Partial<Announce> = {}): void {
    const announce: Announce = {
      ...{ type: 'announce', transfer: TRANSFER, transmission: 0, mode: 'plain', group: '239.255.0.1', port: 5000 },
      ...{ source: SOURCE, firstSequence: 0, progressMs: 10, progressDatagrams: 5, probeMs: 300, offer: OFFER },
      ...change,
    };
    this.act(() => this.receiver.receive(announce, encodeRanges(units), this.now));
  }

  prepared(missing: RangeSet = ALL): void {
    this.act(() => this.receiver.prepared(layout, missing));
  }

  opened(): void {
    this.act(() => this.receiver.dataOpened(this.now));
  }

  end(transmission = 0, lastSequence = UNITS - 1, transfer = TRANSFER): void {
    const end = { type: 'end', transfer, transmission, lastSequence, root: ROOT } as const;
    this.act(() => this.receiver.receive(end, new Uint8Array(), this.now));
  }

  cancel(transfer = TRANSFER): void {
    const cancel = { type: 'cancel', transfer, reason: 'the teacher stopped it' } as const;
    this.act(() => this.receiver.receive(cancel, new Uint8Array(), this.now));
  }

  fill(unit: number, bytes: number, transfer = TRANSFER): void {
    const fill = { type: 'fill', transfer, transmission: 0, unit } as const;
    this.act(() => this.receiver.receive(fill, new Uint8Array(bytes), this.now));
  }

  verified(rejected: RangeSet = EMPTY, forgedChunks = 0): void {
    this.act(() => this.receiver.verified({ rejected, forgedChunks }));
  }

  /** A datagram of this unit, as the teacher sends it where not changed. */
  datagram(unit: number, change: Partial<DataHeader> = {}, length = layout.lengthOf(unit), source = SOURCE) {
    return this.raw(datagramOf(unit, change, length), source);
  }

  /** A parity unit's datagram of transmission 1, as the teacher sends it where not changed. */
  parity(index: number, change: Partial<DataHeader> = {}, length = PAYLOAD) {
    const coded = { kind: PARITY, transmission: 1, sequence: UNITS + index, offset: index } as const;
    return this.datagram(0, { ...coded, ...change }, length);
  }

  /** Several in one go. */
  batch(datagrams: readonly Uint8Array[], datagramBytes: number): (number | undefined)[] {
    const units = this.receiver.datagrams(Buffer.concat(datagrams), datagramBytes, SOURCE, this.now);
    this.log.push(...this.receiver.outputs());
    return units;
  }

  raw(bytes: Uint8Array, source = SOURCE): number | undefined {
    const unit = this.receiver.datagram(bytes, source, this.now);
    this.log.push(...this.receiver.outputs());
    return unit;
  }

  pass(ms: number): void {
    const until = this.now + ms;
    for (let at = this.receiver.deadline(); at !== undefined && at <= until; at = this.receiver.deadline()) {
      this.now = Math.max(this.now, at);
      this.act(() => this.receiver.timeout(this.now));
    }
    this.now = until;
  }

  private act(action: () => void): void {
    action();
    this.log.push(...this.receiver.outputs());
  }

  sent<T extends StudentMessage['type']>(type: T): Extract<StudentMessage, { type: T }>[] {
    const messages = this.log.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
    return messages.filter((message): message is Extract<StudentMessage, { type: T }> => message.type === type);
  }

  /** What each report says is missing. */
  get reported(): RangeSet[] {
    return this.log.flatMap((entry) =>
      entry.kind === 'message' && entry.message.type === 'report'
        ? [decodeRanges(entry.attachment ?? new Uint8Array(), layout.numberCount)]
        : [],
    );
  }

  get kinds(): string[] {
    return this.log.map(({ kind }) => kind);
  }

  events<K extends StudentEvent['event']>(name: K): Extract<StudentEvent, { event: K }>[] {
    const events = this.log.flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []));
    return events.filter((event): event is Extract<StudentEvent, { event: K }> => event.event === name);
  }

  get phase(): string {
    return this.receiver.view().phase;
  }

  get drops() {
    return this.receiver.view().drops;
  }
}

/** A student on the data channel of transmission 0. */
function listening(missing: RangeSet = ALL, units: RangeSet = ALL, change: Partial<Announce> = {}): Student {
  const student = new Student();
  student.announce(units, change);
  student.prepared(missing);
  student.opened();
  return student;
}

function datagramOf(unit: number, change: Partial<DataHeader> = {}, length = layout.lengthOf(unit)): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + length);
  const ids = splitTransferId(TRANSFER);
  const offset = layout.offsetOf(unit);
  writeHeader(bytes, { kind: DATA, transmission: 0, ...ids, sequence: unit, offset, ...change });
  return bytes;
}

describe('a student', () => {
  it('takes many datagrams in one go, the last may be shorter, and drops what is foreign among them', () => {
    const student = listening();
    const last = UNITS - 1;
    const datagrams = [datagramOf(0), datagramOf(1, { transmission: 1 }), datagramOf(2), datagramOf(last)];
    expect(student.batch(datagrams, HEADER_BYTES + PAYLOAD)).toEqual([0, undefined, 2, last]);
    expect(student.receiver.view().drops).toEqual({ transmission: 1 });
    student.end();
    student.pass(1000);
    student.verified();
    expect(student.reported).toEqual([
      normalize([
        [1, 2],
        [3, last],
      ]),
    ]);
  });

  it('takes part in a whole transmission', () => {
    const student = listening();
    expect(student.sent('elect')).toMatchObject([{ join: true, transmission: 0 }]);
    for (let unit = 0; unit < UNITS; unit++) expect(student.datagram(unit)).toBe(unit);
    expect(student.sent('ready')).toMatchObject([{ probeSeen: true }]);
    student.end();
    expect(student.log.at(-1)).toEqual({ kind: 'verify', root: ROOT });
    student.verified();
    expect(student.sent('report')).toMatchObject([{ transmission: 0, ip: '10.0.0.7', forged: 0 }]);
    expect(student.reported).toEqual([[]]);
    expect(student.log.at(-1)).toEqual({ kind: 'finalize' });
    student.receiver.stored([]);
    student.log.push(...student.receiver.outputs());
    expect(student.sent('complete')).toHaveLength(1);
    expect(student.log.at(-1)).toEqual({ kind: 'done', complete: true });
    expect(student.events('dataChannel').map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('stays off a transmission of which it misses nothing (A7), and reports all the same', () => {
    const student = new Student();
    student.announce([[0, 3]]);
    student.prepared([[3, 5]]);
    expect(student.sent('elect')).toMatchObject([{ join: false, why: 'nothing of it is missing here' }]);
    expect(student.kinds).not.toContain('openData');
    student.end();
    student.verified();
    expect(student.reported).toEqual([[[3, 5]]]);
  });

  it('stays off a transfer that it completed earlier, and says so', () => {
    const student = new Student([TRANSFER]);
    student.announce();
    expect(student.sent('elect')).toMatchObject([{ join: false }]);
    expect(student.sent('complete')).toMatchObject([{ transfer: TRANSFER }]);
    expect(student.kinds).not.toContain('prepare');
  });

  it('takes only what it misses out of a retransmission (A12)', () => {
    const student = listening([[2, 4]]);
    expect(student.datagram(2)).toBe(2);
    expect(student.datagram(5)).toBeUndefined();
    expect(student.drops.duplicate).toBe(1);
  });

  it('without a probe says that multicast does not reach it, and leaves the group', () => {
    const student = listening();
    student.pass(299);
    expect(student.sent('ready')).toEqual([]);
    student.pass(1);
    expect(student.sent('ready')).toMatchObject([{ probeSeen: false }]);
    expect(student.kinds).toContain('closeData');
    expect(student.datagram(0)).toBeUndefined();
    expect(student.drops.closed).toBe(1);
  });

  it('takes a probe for a path, not for data', () => {
    const student = listening();
    expect(student.datagram(0, { kind: PROBE }, 0)).toBeUndefined();
    expect(student.sent('ready')).toMatchObject([{ probeSeen: true }]);
    expect(student.receiver.view().missingBytes).toBe(layout.totalBytes);
  });

  it('that cannot join the group asks for TCP', () => {
    const student = new Student();
    student.announce();
    student.prepared();
    student.receiver.dataFailed('no such interface');
    student.end();
    expect(student.sent('elect')).toMatchObject([{ join: true, why: 'no such interface' }]);
    expect(student.sent('ready')).toMatchObject([{ probeSeen: false }]);
    student.verified();
    expect(student.reported).toEqual([ALL]);
  });

  it('asks again for a chunk whose digest was wrong, and counts what was forged', () => {
    const student = listening();
    for (let unit = 0; unit < UNITS; unit++) student.datagram(unit);
    student.end();
    student.verified([[0, 4]], 1);
    expect(student.reported).toEqual([[[0, 4]]]);
    expect(student.sent('report')).toMatchObject([{ forged: 1 }]);
    student.announce([[0, 4]], { transmission: 1, firstSequence: UNITS });
    student.opened();
    expect(student.sent('elect').at(-1)).toMatchObject({ join: true, transmission: 1 });
    expect(student.datagram(1, { transmission: 1, sequence: UNITS + 1 })).toBe(1);
  });
});

describe('a coded retransmission', () => {
  const PARITY_0 = layout.parityOf(0, 0);

  /** A student that misses these units, on the data channel of transmission 1: `count` parity units of the only chunk. */
  function coded(missing: RangeSet, count = 3, units: RangeSet = [[0, 10]]): Student {
    const numbers: RangeSet = [...units, [PARITY_0, PARITY_0 + count]];
    return listening(missing, numbers, { transmission: 1, mode: 'coded', firstSequence: UNITS });
  }

  const outputs = (student: Student, ...kinds: ReceiverOutput['kind'][]) =>
    student.log.filter(({ kind }) => kinds.includes(kind));

  it('completes a chunk as soon as there are as many parity units as units are missing', () => {
    const student = coded([
      [2, 3],
      [5, 6],
    ]);
    expect(student.events('announced')).toMatchObject([{ mode: 'coded', ranges: [[0, 9500]], bytes: 3000 }]);
    expect(student.sent('elect')).toMatchObject([{ join: true, why: '2 units are missing here' }]);
    expect(student.parity(0)).toBeUndefined();
    expect(outputs(student, 'solve')).toEqual([]);
    student.parity(2);
    expect(outputs(student, 'parity', 'solve')).toEqual([
      { kind: 'parity', chunk: 0, index: 0, payload: new Uint8Array(PAYLOAD) },
      { kind: 'parity', chunk: 0, index: 2, payload: new Uint8Array(PAYLOAD) },
      { kind: 'solve', chunk: 0, units: [2, 5], indices: [0, 2] },
    ]);
    expect(student.receiver.view().missingBytes).toBe(0);
    student.end(1, UNITS + 2);
    student.verified();
    expect(student.reported).toEqual([[]]);
  });

  it('has what is lost of it reported: the units that are missing, and the parity that is here', () => {
    const student = coded([[2, 5]]);
    for (const index of [2, 0]) student.parity(index);
    student.end(1, UNITS + 2);
    student.pass(DRAIN_QUIET_MS);
    student.verified();
    expect(student.reported).toEqual([
      [
        [2, 5],
        [PARITY_0, PARITY_0 + 1],
        [PARITY_0 + 2, PARITY_0 + 3],
      ],
    ]);
    expect(student.events('report')).toMatchObject([{ missing: [[2000, 5000]], missingBytes: 3000 }]);
  });

  it('adds to the parity of earlier rounds', () => {
    const student = coded([[2, 5]]);
    for (const index of [2, 0]) student.parity(index);
    student.end(1, UNITS + 2);
    student.pass(DRAIN_QUIET_MS);
    student.verified();
    const change = { transmission: 2, mode: 'coded', firstSequence: UNITS + 3 } as const;
    student.announce(
      [
        [2, 5],
        [PARITY_0 + 3, PARITY_0 + 5],
      ],
      change,
    );
    student.opened();
    student.parity(4, { transmission: 2 });
    expect(outputs(student, 'solve')).toEqual([{ kind: 'solve', chunk: 0, units: [2, 3, 4], indices: [2, 0, 4] }]);
  });

  it('is helped by units that come as they are, and by fills', () => {
    const student = coded([[2, 5]], 2);
    for (const index of [0, 1]) student.parity(index);
    expect(student.datagram(3, { transmission: 1, sequence: UNITS })).toBe(3);
    expect(outputs(student, 'solve')).toEqual([{ kind: 'solve', chunk: 0, units: [2, 4], indices: [0, 1] }]);

    const filled = coded([[2, 5]], 2);
    filled.parity(0);
    filled.announce([[2, 5]], { transmission: 2, mode: 'tcp' });
    filled.fill(2, 2 * PAYLOAD);
    expect(outputs(filled, 'store', 'solve').at(-1)).toEqual({ kind: 'solve', chunk: 0, units: [4], indices: [0] });
  });

  it('leaves parity behind that nobody needs any more, and takes none for what is complete', () => {
    const student = coded([[2, 3]], 2);
    // Both are needed twice over here: the chunk was completed by the first.
    student.parity(0);
    expect(student.parity(1)).toBeUndefined();
    expect(student.drops.duplicate ?? student.drops.closed).toBe(1);
    expect(outputs(student, 'parity')).toHaveLength(1);
  });

  it('forgets parity that may be forged, with the units of its chunk', () => {
    const student = coded([[2, 5]]);
    student.parity(0);
    student.end(1, UNITS + 2);
    student.pass(DRAIN_QUIET_MS);
    student.verified([[0, 2]]);
    expect(outputs(student, 'forgetParity')).toEqual([{ kind: 'forgetParity', chunk: 0 }]);
    expect(student.reported).toEqual([[[0, 5]]]);
  });

  it.each([
    ['that was not announced', 'offset', (s: Student) => s.parity(3, { sequence: UNITS })],
    ['of a chunk that there is not', 'offset', (s: Student) => s.parity(0, { offset: 128 })],
    ['at an offset past all numbers', 'offset', (s: Student) => s.parity(0, { offset: 2 ** 53 - 1 })],
    ['that is too short', 'length', (s: Student) => s.parity(0, {}, PAYLOAD - 1)],
    ['of the first transmission', 'transmission', (s: Student) => s.parity(0, { transmission: 0 })],
    ['with a number after the last', 'sequence', (s: Student) => s.parity(0, { sequence: UNITS + 3 })],
  ] as const)('drops parity %s, and counts it as "%s"', (_, reason, send) => {
    const student = coded([[2, 5]]);
    expect(send(student)).toBeUndefined();
    expect(student.drops).toEqual({ [reason]: 1 });
    expect(outputs(student, 'parity')).toEqual([]);
  });

  it('is the only one that may have parity', () => {
    const student = listening();
    student.datagram(0, { kind: PARITY, offset: 0 });
    expect(student.drops).toEqual({ offset: 1 });
    const plain = new Student();
    plain.announce([[0, 3]]);
    plain.prepared();
    expect(() => plain.announce([[PARITY_0, PARITY_0 + 1]], { transmission: 1 })).toThrow(WireError);
    expect(() => plain.announce([[layout.numberCount, layout.numberCount + 1]], { mode: 'coded' })).toThrow(WireError);
  });
});

describe('a first pass with parity', () => {
  /** On the data channel of a first pass of which each chunk may be followed by three parity units. */
  const first = () => listening(ALL, ALL, { proactiveParity: 3 });
  /** Parity that follows the only chunk's ten units. */
  const parity = (student: Student, index: number, sequence = 10 + index) =>
    student.parity(index, { transmission: 0, sequence });
  const solved = (student: Student) => student.log.filter(({ kind }) => kind === 'solve');

  it('completes a chunk before the pass is over', () => {
    const student = first();
    for (let unit = 0; unit < 10; unit++) if (unit !== 2 && unit !== 5) student.datagram(unit);
    parity(student, 0);
    expect(solved(student)).toEqual([]);
    parity(student, 1);
    expect(solved(student)).toEqual([{ kind: 'solve', chunk: 0, units: [2, 5], indices: [0, 1] }]);
    student.datagram(10, { sequence: 12 });
    expect(student.receiver.view().missingBytes).toBe(0);
    student.end(0, 12);
    student.verified();
    expect(student.reported).toEqual([[]]);
  });

  it('needs none of it where nothing was lost, and fewer datagrams may come than were announced', () => {
    const student = first();
    for (let unit = 0; unit < 10; unit++) student.datagram(unit);
    parity(student, 0);
    expect(student.drops).toEqual({ duplicate: 1 });
    student.end(0, 12);
    student.pass(DRAIN_QUIET_MS);
    student.verified();
    expect(student.reported).toEqual([[[10, 11]]]);
  });

  it('reports what is left, with the parity that it has', () => {
    const student = first();
    for (let unit = 3; unit < 10; unit++) student.datagram(unit);
    parity(student, 2);
    student.datagram(10, { sequence: 13 });
    student.end(0, 13);
    student.verified();
    expect(student.reported).toEqual([
      [
        [0, 3],
        [layout.parityOf(0, 2), layout.parityOf(0, 3)],
      ],
    ]);
  });

  it.each([
    ['parity beyond what was announced', 'offset', (s: Student) => parity(s, 3, 12)],
    ['parity of a chunk that there is not', 'offset', (s: Student) => s.parity(128, { transmission: 0, sequence: 12 })],
    ['a number beyond the most', 'sequence', (s: Student) => parity(s, 0, UNITS + 3)],
  ] as const)('drops %s, and counts it as "%s"', (_, reason, send) => {
    const student = first();
    expect(send(student)).toBeUndefined();
    expect(student.drops).toEqual({ [reason]: 1 });
  });
});

describe('datagrams', () => {
  it.each([
    ['from another address', 'source', (s: Student) => s.datagram(1, {}, PAYLOAD, { ...SOURCE, address: '10.0.0.9' })],
    ['from another port', 'source', (s: Student) => s.datagram(1, {}, PAYLOAD, { ...SOURCE, port: 40_001 })],
    ['of another transfer', 'transfer', (s: Student) => s.datagram(1, splitTransferId(OTHER))],
    ['of another transmission', 'transmission', (s: Student) => s.datagram(1, { transmission: 1 })],
    ['with a number after the last', 'sequence', (s: Student) => s.datagram(1, { sequence: UNITS })],
    ['with a number before the first', 'sequence', (s: Student) => s.datagram(1, { sequence: 0xffff_ffff })],
    ['at no unit', 'offset', (s: Student) => s.datagram(1, { offset: 1001 })],
    ['after the end', 'offset', (s: Student) => s.datagram(1, { offset: layout.totalBytes })],
    ['that is too short', 'length', (s: Student) => s.datagram(1, {}, PAYLOAD - 1)],
    ['with more than the last unit holds', 'length', (s: Student) => s.datagram(9, {}, PAYLOAD)],
    ['without a header', 'short', (s: Student) => s.raw(new Uint8Array(5))],
    ['of another protocol', 'version', (s: Student) => s.raw(new Uint8Array(100))],
  ] as const)('%s are dropped, and counted as "%s"', (_, reason, send) => {
    const student = listening();
    expect(send(student)).toBeUndefined();
    expect(student.drops).toEqual({ [reason]: 1 });
    expect(student.receiver.view().missingBytes).toBe(layout.totalBytes);
    expect(student.datagram(1)).toBe(1);
  });

  it('that come twice are taken once', () => {
    const student = listening();
    expect([student.datagram(4), student.datagram(4)]).toEqual([4, undefined]);
    expect(student.drops).toEqual({ duplicate: 1 });
    expect(student.receiver.view().missingBytes).toBe(layout.totalBytes - PAYLOAD);
  });

  it('at random, 100,000 of them, change nothing and throw nothing', () => {
    const student = listening();
    const random = seededRandom(1);
    for (let i = 0; i < 100_000; i++) {
      const bytes = new Uint8Array(Math.floor(random() * 1600)).subarray(0, i % 2 === 0 ? 40 : 1600);
      for (let k = 0; k < Math.min(bytes.length, 32); k++) bytes[k] = Math.floor(random() * 256);
      // Half of them get past the first byte.
      if (i % 4 < 2 && bytes.length > 0) bytes[0] = 0x10;
      expect(student.raw(bytes)).toBeUndefined();
    }
    expect(Object.values(student.drops).reduce((sum, count) => sum + count, 0)).toBe(100_000);
    expect(student.receiver.view().missing).toEqual([[0, layout.totalBytes]]);
    expect(student.phase).toBe('listening');
  });
});

describe('positions', () => {
  const progress = (student: Student) =>
    student.log.flatMap((entry) => (entry.kind === 'progress' ? [entry.progress] : []));

  it('are told after so many datagrams, or after so many ms', () => {
    const student = listening();
    for (const unit of [0, 1, 3]) student.datagram(unit);
    expect(progress(student)).toEqual([]);
    student.datagram(4);
    expect(progress(student)).toEqual([{ transmission: 0, highest: 4, received: 4 }]);
    student.datagram(7);
    student.pass(9);
    expect(progress(student)).toHaveLength(1);
    student.pass(1);
    expect(progress(student).at(-1)).toEqual({ transmission: 0, highest: 7, received: 5 });
    student.pass(1000);
    expect(progress(student)).toHaveLength(2);
  });

  it('are told across the wrap', () => {
    const student = listening(ALL, ALL, { firstSequence: 0xffff_fffe });
    for (const unit of [0, 1, 2]) student.datagram(unit, { sequence: (0xffff_fffe + unit) >>> 0 });
    student.pass(10);
    expect(progress(student)).toEqual([{ transmission: 0, highest: 0, received: 3 }]);
  });

  it('are held while the disk does not keep up, and told once it does', () => {
    const student = listening();
    student.receiver.storageCongested(true);
    for (let unit = 0; unit < 8; unit++) student.datagram(unit);
    student.pass(100);
    expect(progress(student)).toEqual([]);
    student.receiver.storageCongested(false);
    student.pass(0);
    expect(progress(student)).toEqual([{ transmission: 0, highest: 7, received: 8 }]);
  });
});

describe('the end of a transmission', () => {
  it('waits for datagrams on their way, but not for long', () => {
    const student = listening();
    student.datagram(0);
    student.end();
    student.pass(DRAIN_QUIET_MS - 1);
    expect(student.datagram(1)).toBe(1);
    student.pass(DRAIN_QUIET_MS - 1);
    expect(student.phase).toBe('draining');
    student.pass(1);
    expect(student.phase).toBe('verifying');
    student.verified();
    expect(student.reported).toEqual([[[2, UNITS]]]);
  });

  it('is not put off for ever by whoever keeps the line busy', () => {
    const student = listening();
    student.end();
    for (let ms = 0; ms < DRAIN_LIMIT_MS; ms += 20, student.pass(20)) student.datagram(0);
    expect(student.phase).toBe('verifying');
  });

  it('comes at once with the last datagram', () => {
    const student = listening();
    student.datagram(UNITS - 1);
    student.end();
    expect(student.phase).toBe('verifying');
  });

  it('that comes before the disk is prepared is kept', () => {
    const student = new Student();
    student.announce();
    student.end();
    student.prepared();
    student.opened();
    expect(student.sent('elect')).toMatchObject([{ join: true }]);
    student.pass(DRAIN_LIMIT_MS);
    student.verified();
    expect(student.reported).toEqual([ALL]);
  });

  it('of another transfer is nothing', () => {
    const student = listening();
    student.end(0, 0, OTHER);
    expect(student.phase).toBe('listening');
  });
});

describe('a fill', () => {
  const filling = () => {
    const student = new Student();
    student.announce([[0, 10]], { mode: 'tcp' });
    student.prepared();
    return student;
  };

  it('is stored, unit by unit, and only what is missing of it', () => {
    const student = filling();
    student.fill(7, 2500);
    student.fill(8, 1500);
    const stored = student.log.flatMap((entry) => (entry.kind === 'store' ? [[entry.unit, entry.payload.length]] : []));
    expect(stored).toEqual([
      [7, 1000],
      [8, 1000],
      [9, 500],
    ]);
    student.end();
    student.verified();
    expect(student.reported).toEqual([
      [
        [0, 7],
        [10, 11],
      ],
    ]);
  });

  it('past the end, or that ends within a unit, is an error', () => {
    expect(() => filling().fill(10, 33)).toThrow(WireError);
    expect(() => filling().fill(UNITS, 1)).toThrow(WireError);
    expect(() => filling().fill(2 ** 50, 1)).toThrow(WireError);
    expect(() => filling().fill(0, 999)).toThrow(WireError);
  });

  it('that nobody asked for, or of another transfer, is ignored', () => {
    const student = listening();
    student.fill(0, 1000);
    const other = filling();
    other.fill(0, 1000, OTHER);
    expect([...student.kinds, ...other.kinds]).not.toContain('store');
  });
});

describe('an announcement', () => {
  it('of ranges outside the transfer, or of an unknown transfer without its description, is an error', () => {
    const student = listening();
    expect(() => student.announce([[0, UNITS + 1]], { transmission: 1 })).toThrow(WireError);
    const { offer: _, ...bare } = {
      type: 'announce',
      transfer: OTHER,
      transmission: 0,
      mode: 'plain',
      group: '239.255.0.1',
      port: 5000,
      firstSequence: 0,
      progressMs: 10,
      progressDatagrams: 5,
      probeMs: 300,
      offer: OFFER,
    } as const;
    expect(() => student.receiver.receive(bare, encodeRanges(ALL), 0)).toThrow(WireError);
  });

  it('of the next round while the disk is still being prepared takes the place of the first', () => {
    const student = new Student();
    student.announce();
    student.end();
    student.announce([[2, 4]], { transmission: 1, firstSequence: 50 });
    student.prepared();
    expect(student.kinds.filter((kind) => kind === 'prepare')).toHaveLength(1);
    student.opened();
    expect(student.sent('elect')).toMatchObject([{ transmission: 1, join: true }]);
    expect(student.datagram(2, { transmission: 1, sequence: 50 })).toBe(2);
  });

  it('while digests are compared waits for the report, and loses nothing that was refused', () => {
    const student = listening();
    for (let unit = 0; unit < UNITS; unit++) student.datagram(unit);
    student.end();
    student.announce([[0, 2]], { transmission: 1, firstSequence: UNITS });
    expect(student.phase).toBe('verifying');
    student.verified([[0, 4]], 0);
    expect(student.reported).toEqual([[[0, 4]]]);
    student.opened();
    expect(student.sent('elect').at(-1)).toMatchObject({ transmission: 1, join: true });
  });

  it('of another transfer while files are being stored is considered afterwards', () => {
    const student = listening();
    for (let unit = 0; unit < UNITS; unit++) student.datagram(unit);
    student.end();
    student.verified();
    student.announce(ALL, { transfer: OTHER });
    student.end(0, UNITS - 1, OTHER);
    expect(student.phase).toBe('storing');
    student.receiver.stored([]);
    student.prepared();
    expect(student.events('complete')).toMatchObject([{ transfer: TRANSFER }]);
    student.opened();
    expect(student.sent('elect').at(-1)).toMatchObject({ transfer: OTHER, join: true });
    expect(student.phase).toBe('draining');
  });

  it('that waits keeps its description when a later one comes without', () => {
    const student = listening();
    for (let unit = 0; unit < UNITS; unit++) student.datagram(unit);
    student.end();
    student.verified();
    student.announce(ALL, { transfer: OTHER });
    const later = { type: 'announce', transfer: OTHER, transmission: 1, mode: 'tcp', group: '239.255.0.1' } as const;
    const numbers = { port: 5000, firstSequence: 0, progressMs: 10, progressDatagrams: 5, probeMs: 300 };
    student.receiver.receive({ ...later, ...numbers }, encodeRanges(ALL), 0);
    student.receiver.stored([]);
    student.prepared();
    expect(student.log).toContainEqual({ kind: 'prepare', transfer: OTHER, offer: OFFER });
    expect(student.sent('elect').at(-1)).toMatchObject({ transfer: OTHER, transmission: 1, join: true });
  });

  it('of the transfer that is being stored is declined', () => {
    const student = listening();
    for (let unit = 0; unit < UNITS; unit++) student.datagram(unit);
    student.end();
    student.verified();
    student.announce([[0, 1]], { transmission: 1 });
    expect(student.sent('elect').at(-1)).toMatchObject({ join: false, why: 'everything is here and being stored' });
  });
});

describe('a transfer', () => {
  it('that is cancelled is discarded', () => {
    const student = listening();
    student.datagram(0);
    student.cancel(OTHER);
    expect(student.kinds).not.toContain('discard');
    student.cancel();
    expect(student.kinds.slice(-5)).toEqual(['closeData', 'event', 'discard', 'event', 'done']);
    expect(student.events('failed')).toEqual([
      { event: 'failed', transfer: TRANSFER, reason: 'the teacher stopped it' },
    ]);
    expect(student.datagram(1)).toBeUndefined();
    expect(student.receiver.held()).toBeUndefined();
    student.announce();
    expect(student.log.at(-1)).toMatchObject({ kind: 'prepare' });
  });

  it('that is cancelled while the disk is being prepared is discarded then', () => {
    const student = new Student();
    student.announce();
    student.cancel();
    student.prepared();
    expect(student.kinds).toContain('discard');
    expect(student.kinds).not.toContain('openData');
    expect(student.receiver.held()).toBeUndefined();
  });

  it('that is cancelled in a pause leaves no pause behind', () => {
    const student = listening();
    student.receiver.receive({ type: 'pause', transfer: TRANSFER }, new Uint8Array(), 0);
    expect(student.receiver.view().paused).toBe(true);
    student.cancel();
    expect(student.receiver.view().paused).toBe(false);
  });

  it('that the disk refuses has failed, and the teacher is told', () => {
    const student = new Student();
    student.announce();
    student.receiver.storageFailed('the disk is full');
    student.prepared();
    expect(student.sent('failed')).toMatchObject([{ transfer: TRANSFER, reason: 'the disk is full' }]);
    expect(student.phase).toBe('idle');
  });

  it('survives a lost connection with all that was received', () => {
    const student = listening();
    for (const unit of [0, 1, 2]) student.datagram(unit);
    student.receiver.disconnected();
    expect(student.receiver.held()).toEqual({ transfer: TRANSFER, missing: [[3, UNITS]] });
    student.announce([[3, UNITS]], { transmission: 4 });
    expect(student.log.at(-1)).toMatchObject({ kind: 'openData' });
    expect(student.events('dataChannel').map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('keeps what is refused while the connection is lost', () => {
    const student = listening();
    for (let unit = 0; unit < UNITS; unit++) student.datagram(unit);
    student.end();
    student.receiver.disconnected();
    student.verified([[0, 4]], 0);
    expect(student.sent('report')).toEqual([]);
    expect(student.receiver.held()).toEqual({ transfer: TRANSFER, missing: [[0, 4]] });
  });

  it('is prepared once, however often the connection is lost meanwhile', () => {
    const student = new Student();
    student.announce();
    student.receiver.disconnected();
    student.announce();
    student.prepared();
    expect(student.kinds.filter((kind) => kind === 'prepare')).toHaveLength(1);
    expect(student.log.at(-1)).toMatchObject({ kind: 'openData' });
  });
});
