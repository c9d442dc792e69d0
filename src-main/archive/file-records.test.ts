import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileDecoder, FileEncoder, type FileStep, MAX_HEADER_BYTES } from './file-records';

const RECORD_BYTES = 100;

interface Sent {
  readonly name: string;
  readonly content: Uint8Array;
  readonly records: readonly Uint8Array[];
}

function sent(number: number, bytes: number, headerBytes = 10): Sent {
  const name = `${number}`.padEnd(headerBytes, '.');
  const content = randomBytes(bytes);
  const encoder = new FileEncoder(number, RECORD_BYTES);
  const half = Math.floor(bytes / 2);
  const records = [
    ...encoder.begin(Buffer.from(name), bytes),
    ...encoder.data(content.subarray(0, half)),
    ...encoder.data(content.subarray(half)),
    encoder.end(createHash('sha256').update(content).digest(), Buffer.from(name.slice(0, 5))),
  ];
  return { name, content, records };
}

/** What a decoder's steps come to: files by their header, and why the others failed. */
class Received {
  readonly files: { name: string; content: Buffer }[] = [];
  readonly faults: string[] = [];
  private open: { name: string; parts: Uint8Array[] } | undefined;

  add(steps: readonly FileStep[]): void {
    for (const step of steps) {
      if (step.step === 'begin') this.open = { name: Buffer.from(step.header).toString(), parts: [] };
      else if (step.step === 'content') this.open?.parts.push(Buffer.from(step.bytes));
      else if (step.step === 'failed') this.faults.push(step.fault);
      else this.end(step.digest);
    }
  }

  private end(digest: Uint8Array): void {
    const content = Buffer.concat(this.open?.parts ?? []);
    expect(createHash('sha256').update(content).digest()).toEqual(Buffer.from(digest));
    this.files.push({ name: this.open?.name ?? '', content });
    this.open = undefined;
  }
}

function receive(records: readonly Uint8Array[], decoder = new FileDecoder()): Received {
  const received = new Received();
  for (const record of records) received.add(decoder.take(record));
  return received;
}

function expected(files: readonly Sent[]) {
  return files.map(({ name, content }) => ({ name, content: Buffer.from(content) }));
}

describe('files in a channel', () => {
  it.each([0, 1, 89, 90, 94, 95, 188, 1_000, 10_000])('arrive as they were: %i bytes', (bytes) => {
    const file = sent(1, bytes);
    expect(file.records.every(({ length }) => length <= RECORD_BYTES)).toBe(true);
    const { files, faults } = receive(file.records);
    expect(files).toEqual(expected([file]));
    expect(faults).toEqual([]);
  });

  it.each([1, 87, 88, 300, MAX_HEADER_BYTES])('arrive with a header of %i bytes', (headerBytes) => {
    const file = sent(1, 500, headerBytes);
    expect(receive(file.records).files).toEqual(expected([file]));
  });

  it('are passed over in silence where they began before one joined', () => {
    const files = [sent(1, 1_000), sent(2, 500), sent(3, 0)];
    const records = files.flatMap((file) => file.records);
    for (let from = 1; from < (files[0]?.records.length ?? 0); from++) {
      const received = receive(records.slice(from));
      expect(received.files).toEqual(expected(files.slice(1)));
      expect(received.faults).toEqual([]);
    }
  });

  it('fail, once and by name, where a packet is lost; the others arrive', () => {
    const files = [sent(1, 300), sent(2, 1_000), sent(3, 300)];
    const before = files[0]?.records.length ?? 0;
    for (let lost = 0; lost < (files[1]?.records.length ?? 0); lost++) {
      const records = files.flatMap((file) => file.records).toSpliced(before + lost, 1);
      const { files: arrived, faults } = receive(records);
      expect(arrived).toEqual(expected([files[0], files[2]].filter((file) => file !== undefined)));
      expect(faults).toHaveLength(1);
    }
  });

  it('name the file whose beginning was lost', () => {
    const [first, second] = [sent(1, 10), sent(2, 10)];
    const decoder = new FileDecoder();
    for (const record of first.records) decoder.take(record);
    const steps = second.records.slice(1).flatMap((record) => decoder.take(record));
    expect(steps).toEqual([{ step: 'failed', fault: 'lost', hint: expect.any(Uint8Array) }]);
    expect(Buffer.from(steps[0]?.step === 'failed' ? (steps[0].hint ?? []) : []).toString()).toBe('2....');
  });

  it('arrive once where packets are repeated, as a restarted relay does', () => {
    const files = [sent(1, 1_000), sent(2, 500), sent(3, 0)];
    const records = files.flatMap((file) => file.records);
    for (let from = 0; from < records.length; from++) {
      for (const back of [1, 2, 5]) {
        const repeated = [...records.slice(0, from), ...records.slice(Math.max(0, from - back))];
        const received = receive(repeated);
        const names = received.files.map(({ name }) => name);
        expect([...new Set(names)]).toEqual(files.map(({ name }) => name));
        for (const { name, content } of received.files) {
          expect(content).toEqual(Buffer.from(files.find((file) => file.name === name)?.content ?? []));
        }
      }
    }
  });

  it('are given up where they changed, where the publisher began anew, and where packets will not come', () => {
    const half = sent(1, 1_000).records.slice(0, 5);
    const encoder = new FileEncoder(1, RECORD_BYTES);
    expect(receive([...half, encoder.abandon(Buffer.from('x'))]).faults).toEqual(['abandoned']);
    const next = sent(2, 10);
    const received = receive([...half, ...next.records]);
    expect(received.faults).toEqual(['unfinished']);
    expect(received.files).toEqual(expected([next]));
    const decoder = new FileDecoder();
    receive(half, decoder);
    expect(decoder.interrupted()).toEqual([{ step: 'failed', fault: 'lost' }]);
    expect(decoder.interrupted()).toEqual([]);
  });

  it('never arrive wrong, and are never lost in silence, whatever is lost and wherever the receiver was restarted', () => {
    const sizes = fc.array(fc.nat(600), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.nat(60), { maxLength: 6 }),
        fc.array(fc.nat(60), { maxLength: 4 }),
        (bytes, lost, restarts) => {
          const files = bytes.map((size, i) => sent(i + 1, size));
          const records = files.flatMap(({ records: own }, file) => own.map((record) => ({ record, file })));
          // The first file is whole: one that is lost altogether would leave no trace but the subscription's own word.
          const isLost = (i: number) => lost.includes(i) && records[i]?.file !== 0;
          const damaged = new Set(records.filter((_, i) => isLost(i)).map(({ file }) => file));
          const received = new Received();
          let decoder = new FileDecoder();
          for (const [i, { record }] of records.entries()) {
            if (restarts.includes(i)) decoder = new FileDecoder(structuredClone(decoder.state));
            if (!isLost(i)) received.add(decoder.take(record));
          }
          expect(received.files).toEqual(expected(files.filter((_, i) => !damaged.has(i))));
          const wholly = files.filter((_, i) => records.every(({ file }, at) => file !== i || isLost(at)));
          const silent = wholly.length + (damaged.has(files.length - 1) ? 1 : 0);
          expect(received.faults.length).toBeLessThanOrEqual(damaged.size);
          expect(received.faults.length).toBeGreaterThanOrEqual(
            damaged.size - silent - headsAndTailsLost(records, isLost, files.length),
          );
        },
      ),
    );
  });

  it('take any bytes, and never more than was announced', () => {
    const begin = sent(1, 100).records[0] ?? new Uint8Array();
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (payloads) => {
        const decoder = new FileDecoder();
        let content = 0;
        for (const payload of [begin, ...payloads]) {
          for (const step of decoder.take(payload)) {
            if (step.step === 'begin') content = step.contentBytes;
            if (step.step === 'content') content -= step.bytes.length;
            expect(content).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });
});

/** Files of which both the first record and the last were lost: nobody can say that there was one. */
function headsAndTailsLost(
  records: readonly { file: number }[],
  isLost: (i: number) => boolean,
  count: number,
): number {
  let both = 0;
  for (let file = 0; file < count; file++) {
    const first = records.findIndex((one) => one.file === file);
    const last = records.findLastIndex((one) => one.file === file);
    if (isLost(first) && isLost(last)) both++;
  }
  return both;
}
