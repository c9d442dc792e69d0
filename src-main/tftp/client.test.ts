import { describe, expect, it } from 'vitest';
import { seededRandom } from '../transport/seeded-random';
import { TftpClient } from './client';
import type { ClientOptions, ClientOutput } from './client-io';
import type { Endpoint } from './endpoint';
import { type OptionList, type Packet, readPacket, writeAck, writeData, writeError, writeOptionAck } from './packets';

const SERVER: Endpoint = { address: '10.0.0.254', port: 69 };
const TID: Endpoint = { address: '10.0.0.254', port: 40_000 };
const STRANGER: Endpoint = { address: '10.0.0.9', port: 40_000 };
const GROUP = { address: '239.255.1.1', port: 1758 };
const OPTIONS: ClientOptions = { server: SERVER, file: 'song', mode: 'octet', multicast: false };

const full = (byte: number): Uint8Array => new Uint8Array(512).fill(byte);

/** A client whose driver is there at once: it joins, and writes as soon as it is told so by the test. */
class Bench {
  readonly client: TftpClient;
  readonly outputs: ClientOutput[] = [];
  /** The request. */
  readonly first: { to: Endpoint; packet: Packet }[];
  now = 0;
  writes = 0;

  constructor(
    options: Partial<ClientOptions> = {},
    private readonly driver: { readonly joins?: boolean; readonly writes?: boolean } = {},
  ) {
    this.client = new TftpClient({ ...OPTIONS, ...options }, 0);
    this.client.start(0);
    this.first = this.takeSent();
  }

  /** Packets that left since the last look. */
  takeSent(): { to: Endpoint; packet: Packet }[] {
    const sent: { to: Endpoint; packet: Packet }[] = [];
    for (let outputs = this.client.outputs(); outputs.length > 0; outputs = this.client.outputs()) {
      for (const output of outputs) {
        this.outputs.push(output);
        if (output.kind === 'send') sent.push({ to: output.to, packet: readPacket(output.bytes) });
        if (output.kind === 'joinGroup') this.join();
        if (output.kind === 'write') this.writes++;
        if (output.kind === 'write' && this.driver.writes !== false) this.client.written(this.now);
      }
    }
    return sent;
  }

  hear(bytes: Uint8Array, from = TID): Packet[] {
    this.client.datagram(bytes, from, this.now);
    return this.takeSent().map(({ packet }) => packet);
  }

  oack(...options: OptionList[number][]): Packet[] {
    return this.hear(writeOptionAck(options));
  }

  group(block: number, payload: Uint8Array, from = TID): Packet[] {
    this.client.groupDatagram(writeData(block, payload), from, this.now);
    return this.takeSent().map(({ packet }) => packet);
  }

  wait(): Packet[] {
    const deadline = this.client.deadline();
    if (deadline === undefined) throw new Error('nothing is due');
    this.now = deadline;
    this.client.timeout(this.now);
    return this.takeSent().map(({ packet }) => packet);
  }

  waitForEnd(): Packet[] {
    const sent = this.takeSent().map(({ packet }) => packet);
    while (this.client.deadline() !== undefined) sent.push(...this.wait());
    return sent;
  }

  last(kind: ClientOutput['kind']): ClientOutput | undefined {
    return this.outputs.findLast((output) => output.kind === kind);
  }

  private join(): void {
    if (this.driver.joins === false) this.client.groupFailed(this.now);
    else this.client.groupJoined(this.now);
  }
}

const request = (...options: OptionList[number][]): Packet => ({ kind: 'read', file: 'song', mode: 'octet', options });
const ack = (block: number): Packet => ({ kind: 'ack', block });
const multicast = (mc: 0 | 1): [string, string] => ['multicast', `239.255.1.1,1758,${mc}`];

describe('a transfer by unicast', () => {
  it('asks with its options, acknowledges and places what comes', () => {
    const bench = new Bench({ blksize: 1024, windowsize: 2, timeout: 3 });
    expect(bench.first).toEqual([
      { to: SERVER, packet: request(['blksize', '1024'], ['timeout', '3'], ['tsize', '0'], ['windowsize', '2']) },
    ]);
    expect(bench.oack(['blksize', '512'], ['tsize', '1029'], ['windowsize', '2'])).toEqual([ack(0)]);
    expect(bench.hear(writeData(1, full(1)))).toEqual([]);
    expect(bench.hear(writeData(2, full(2)))).toEqual([ack(2)]);
    expect(bench.hear(writeData(3, full(3).subarray(0, 5)))).toEqual([ack(3)]);
    expect(
      bench.outputs.filter((output) => output.kind === 'write').map(({ offset, bytes }) => [offset, bytes[0]]),
    ).toEqual([
      [0, 1],
      [512, 2],
      [1024, 3],
    ]);
    expect(bench.last('complete')).toEqual({ kind: 'complete', bytes: 1029 });
    expect(bench.outputs.some(({ kind }) => kind === 'done')).toBe(false);
    bench.waitForEnd();
    expect(bench.last('done')).toBeDefined();
  });

  it('takes a server that knows no options (RFC 2347)', () => {
    const bench = new Bench({ blksize: 1024, multicast: true });
    expect(bench.hear(writeData(1, full(1)))).toEqual([ack(1)]);
    expect(bench.hear(writeData(2, new Uint8Array()))).toEqual([ack(2)]);
    expect(bench.last('complete')).toEqual({ kind: 'complete', bytes: 512 });
  });

  it('stays a while after its last ACK, and repeats it where the last block comes again (RFC 1350 section 6)', () => {
    const bench = new Bench();
    bench.hear(writeData(1, new Uint8Array(3)));
    const repeated = Array.from({ length: 100 }, () => bench.hear(writeData(1, new Uint8Array(3)))).flat();
    expect(repeated).toEqual(Array(8).fill(ack(1)));
    expect(bench.waitForEnd()).toEqual([]);
    expect(bench.outputs.filter(({ kind }) => kind === 'complete')).toHaveLength(1);
  });

  it('acknowledges again what comes again, tells of a gap once, and keeps neither (RFC 7440 section 4)', () => {
    const bench = new Bench({ windowsize: 4 });
    bench.oack(['windowsize', '4']);
    bench.hear(writeData(1, full(1)));
    expect(bench.hear(writeData(3, full(3)))).toEqual([ack(1)]);
    expect(bench.hear(writeData(4, full(4)))).toEqual([]);
    expect(bench.hear(writeData(1, full(1)))).toEqual([ack(1)]);
    for (const block of [2, 3, 4]) expect(bench.hear(writeData(block, full(block)))).toEqual([]);
    expect(bench.hear(writeData(5, full(5)))).toEqual([ack(5)]);
    expect(bench.writes).toBe(5);
  });

  it('acknowledges again when nothing comes, and gives up in the end', () => {
    const bench = new Bench();
    bench.oack();
    const sent = bench.waitForEnd();
    expect(sent).toEqual([...Array(6).fill(ack(0)), expect.objectContaining({ kind: 'error', code: 0 })]);
    expect(bench.last('failed')).toEqual({ kind: 'failed', reason: 'The server does not answer any more' });
    expect(bench.last('done')).toBeDefined();
  });

  it('asks again when nobody answers, and gives up in the end', () => {
    const bench = new Bench();
    expect(bench.waitForEnd()).toEqual(Array(6).fill(request(['tsize', '0'])));
    expect(bench.last('failed')).toEqual({ kind: 'failed', reason: 'The server does not answer' });
  });

  it('does not acknowledge the last block before the disk has it', () => {
    const bench = new Bench({}, { writes: false });
    expect(bench.hear(writeData(1, new Uint8Array(3)))).toEqual([]);
    expect(bench.client.deadline()).toBeUndefined();
    bench.client.written(0);
    expect(bench.takeSent().map(({ packet }) => packet)).toEqual([ack(1)]);
  });

  it('asks for no more than the disk takes', () => {
    const bench = new Bench({ blksize: 65_464 }, { writes: false });
    bench.oack(['blksize', '65464']);
    let acks = 0;
    for (let block = 1; block <= 40; block++) acks += bench.hear(writeData(block, new Uint8Array(65_464))).length;
    expect(acks).toBe(16);
    expect(bench.client.deadline()).toBeUndefined();
    for (let i = 0; i < 30; i++) bench.client.written(0);
    expect(bench.takeSent().map(({ packet }) => packet)).toEqual([ack(33)]);
  });

  it('tells the server where the disk is full', () => {
    const bench = new Bench();
    bench.oack();
    bench.client.storageFailed('The disk is full');
    expect(bench.takeSent()).toMatchObject([{ packet: { kind: 'error', code: 3, message: 'The disk is full' } }]);
    expect(bench.last('failed')).toEqual({ kind: 'failed', reason: 'The disk is full' });
  });

  it('does not take a file of another size than was said', () => {
    const bench = new Bench();
    bench.oack(['tsize', '1000']);
    expect(bench.hear(writeData(1, new Uint8Array(3)))).toMatchObject([{ kind: 'error' }]);
    expect(bench.last('complete')).toBeUndefined();
  });

  it('ends with what the server says', () => {
    const bench = new Bench();
    expect(bench.hear(writeError(1, 'no such file'))).toEqual([]);
    bench.waitForEnd();
    expect(bench.last('failed')).toEqual({ kind: 'failed', reason: 'The server says: "no such file"' });
  });

  it('reads netascii, cut anywhere', () => {
    const bench = new Bench({ mode: 'netascii', multicast: true, blksize: 8 });
    expect(bench.first).toMatchObject([{ packet: { options: [['blksize', '8']] } }]);
    bench.oack(['blksize', '8']);
    bench.hear(writeData(1, Buffer.from('1234567\r')));
    bench.hear(writeData(2, Buffer.from('\n\r\0ab')));
    const file = new Uint8Array(20);
    for (const output of bench.outputs) if (output.kind === 'write') file.set(output.bytes, output.offset);
    expect(bench.last('complete')).toEqual({ kind: 'complete', bytes: 11 });
    expect(Buffer.from(file.subarray(0, 11)).toString()).toBe('1234567\n\rab');
  });
});

describe('who may speak to a client', () => {
  it('is whoever answered first: others are told so and disturb nothing (RFC 1350 section 4)', () => {
    const bench = new Bench();
    expect(bench.hear(writeOptionAck([]), STRANGER)).toEqual([]);
    bench.oack();
    expect(bench.hear(writeData(1, full(9)), STRANGER)).toMatchObject([{ kind: 'error', code: 5 }]);
    expect(bench.hear(writeData(1, full(9)), { ...TID, port: 40_001 })).toMatchObject([{ kind: 'error', code: 5 }]);
    expect(bench.hear(writeError(0, 'x'), STRANGER)).toEqual([]);
    expect(bench.hear(writeData(1, full(1)))).toEqual([ack(1)]);
    expect(bench.writes).toBe(1);
  });

  it.each([
    ['an option that was not asked for', writeOptionAck([['windowsize', '4']]), 8],
    ['more than was asked for', writeOptionAck([['blksize', '2000']]), 8],
    ['what only clients send', writeAck(1), undefined],
  ])('and whoever answers with %s is refused', (_, bytes, code) => {
    const bench = new Bench({ blksize: 1024 });
    expect(bench.hear(bytes).map((packet) => packet.kind === 'error' && packet.code)).toEqual(
      code === undefined ? [] : [code],
    );
    expect(bench.last('failed') !== undefined).toBe(code !== undefined);
  });

  it('must keep to what was agreed', () => {
    const bench = new Bench();
    bench.oack();
    expect(bench.hear(writeData(1, new Uint8Array(513)))).toMatchObject([{ kind: 'error', code: 4 }]);
    expect(bench.last('failed')).toBeDefined();
  });
});

describe('a transfer by multicast', () => {
  const joined = (mc: 0 | 1, options: Partial<ClientOptions> = {}, driver = {}): Bench => {
    const bench = new Bench({ multicast: true, ...options }, driver);
    const window: OptionList = options.windowsize === undefined ? [] : [['windowsize', String(options.windowsize)]];
    expect(bench.oack(...window, multicast(mc))).toEqual(mc === 1 ? [ack(0)] : []);
    expect(bench.last('joinGroup')).toEqual({ kind: 'joinGroup', group: GROUP });
    return bench;
  };

  it('acknowledges as master, block by block', () => {
    const bench = joined(1);
    expect(bench.group(1, full(1))).toEqual([ack(1)]);
    expect(bench.group(2, new Uint8Array(1))).toEqual([ack(2)]);
    expect(bench.last('complete')).toEqual({ kind: 'complete', bytes: 513 });
  });

  it('listens as a member, never answers mc=0, and fills its gaps when its turn comes', () => {
    const bench = joined(0);
    for (const block of [2, 3, 5, 6]) expect(bench.group(block, full(block))).toEqual([]);
    expect(bench.oack(multicast(0))).toEqual([]);
    expect(bench.oack(multicast(1))).toEqual([ack(0)]);
    expect(bench.group(1, full(1))).toEqual([ack(3)]);
    expect(bench.group(4, full(4))).toEqual([ack(6)]);
    expect(bench.group(7, new Uint8Array())).toEqual([ack(7)]);
    expect(bench.last('complete')).toEqual({ kind: 'complete', bytes: 6 * 512 });
    expect(bench.oack(multicast(0))).toEqual([]);
    expect(bench.oack(multicast(1))).toEqual([ack(7)]);
  });

  it('ends as a member that has everything with the last ACK (RFC 2090)', () => {
    const bench = joined(0);
    expect(bench.group(2, new Uint8Array(1))).toEqual([]);
    expect(bench.group(1, full(1))).toEqual([ack(2)]);
    expect(bench.group(2, new Uint8Array(1))).toEqual([]);
    bench.waitForEnd();
    expect(bench.outputs.slice(-2)).toEqual([{ kind: 'leaveGroup' }, { kind: 'done' }]);
  });

  it('takes a later OACK without the group that it knows (RFC 2090)', () => {
    const bench = joined(0);
    expect(bench.oack(['multicast', ',,1'])).toEqual([ack(0)]);
  });

  it('acknowledges windows, a gap at once, and below the highest block each one', () => {
    const bench = joined(1, { windowsize: 4 });
    for (const block of [1, 2, 3]) expect(bench.group(block, full(block))).toEqual([]);
    expect(bench.group(4, full(4))).toEqual([ack(4)]);
    expect(bench.group(6, full(6))).toEqual([ack(4)]);
    expect(bench.group(8, full(8))).toEqual([]);
    expect(bench.group(5, full(5))).toEqual([ack(6)]);
    expect(bench.group(7, full(7))).toEqual([ack(8)]);
    expect(bench.group(9, full(9))).toEqual([]);
    // A server that sends fewer than a window is not kept waiting.
    expect([bench.wait(), bench.now]).toEqual([[ack(9)], 10]);
  });

  it('takes nothing by the group but DATA of the server’s port that fits', () => {
    const bench = joined(1);
    expect(bench.group(1, full(1), STRANGER)).toEqual([]);
    expect(bench.group(1, full(1), { ...TID, port: 40_001 })).toEqual([]);
    expect(bench.group(1, new Uint8Array(600))).toEqual([]);
    expect(bench.group(0, full(1))).toEqual([]);
    bench.client.groupDatagram(writeError(0, 'x'), TID, 0);
    bench.client.groupDatagram(Uint8Array.of(1), TID, 0);
    expect(bench.takeSent()).toEqual([]);
    expect(bench.writes).toBe(0);
    expect(bench.group(1, full(1))).toEqual([ack(1)]);
  });

  it('asks a silent server again as a member, and in the end for the file by unicast', () => {
    const bench = joined(0);
    const sent = bench.waitForEnd();
    const again = request(['tsize', '0'], ['multicast', '']);
    expect(sent.slice(0, 9)).toEqual(Array(9).fill(again));
    expect(sent[9]).toMatchObject({ kind: 'error', message: 'Nothing came by multicast' });
    expect(sent[10]).toEqual(request(['tsize', '0']));
  });

  it.each([
    ['the group cannot be joined', { joins: false }],
    ['nothing comes by it', {}],
  ])('goes on by unicast where %s', (_, driver) => {
    const bench = new Bench({ multicast: true }, driver);
    const first = bench.oack(multicast(1));
    const sent = [...first];
    while (!sent.some(({ kind }) => kind === 'read')) sent.push(...bench.wait());
    expect(sent.slice(-2)).toMatchObject([{ kind: 'error' }, request(['tsize', '0'])]);
    expect(bench.outputs.slice(-2)).toMatchObject([{ kind: 'truncate' }, { kind: 'send', to: SERVER }]);
    // What the former session still sends is not the new one's answer.
    expect(bench.hear(writeData(1, new Uint8Array(1)))).toEqual([]);
    expect(bench.hear(writeData(1, new Uint8Array(1)), { ...TID, port: 40_001 })).toEqual([ack(1)]);
    expect(bench.last('complete')).toEqual({ kind: 'complete', bytes: 1 });
  });

  it('goes on by unicast where the server refuses, but not where there is no file', () => {
    const refused = new Bench({ multicast: true });
    expect(refused.hear(writeError(0, 'the file is too big'))).toEqual([request(['tsize', '0'])]);
    const missing = new Bench({ multicast: true });
    expect(missing.hear(writeError(1, 'not found'))).toEqual([]);
    expect(missing.last('failed')).toBeDefined();
  });

  it('drops what the disk does not take as a member, and asks for it later', () => {
    const bench = joined(0, { blksize: 65_464 }, { writes: false });
    for (let block = 1; block <= 5000; block++) bench.group(block, full(1));
    expect(bench.writes).toBe(4096);
  });
});

describe('whatever comes', () => {
  it('does not make a client throw, and each client ends', () => {
    const random = seededRandom(Number(process.env.TUTTI_SEED ?? 1));
    const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
    const number = (end: number) => Math.floor(random() * end);
    const packet = (): Uint8Array =>
      pick([
        () => Uint8Array.from({ length: number(40) }, () => number(256)),
        () => writeData(number(6), pick([full(1), new Uint8Array(number(600))])),
        () => writeData(number(65_536), full(1)),
        () => writeAck(number(3)),
        () => (random() < 0.1 ? writeError(number(9), 'x') : writeAck(0)),
        () =>
          writeOptionAck(
            pick([[], [multicast(0)], [multicast(1)], [['blksize', '8']], [['tsize', '512'], multicast(1)]]),
          ),
      ])();
    for (let run = 0; run < 2000; run++) {
      const bench = new Bench({
        multicast: random() < 0.7,
        blksize: 512,
        ...(random() < 0.5 ? { windowsize: 4 } : {}),
      });
      for (let i = 0; i < 50; i++) {
        const from = pick([TID, TID, TID, { ...TID, port: 40_001 }, STRANGER]);
        if (random() < 0.5) bench.hear(packet(), from);
        else bench.client.groupDatagram(packet(), from, bench.now);
        if (random() < 0.2 && bench.client.deadline() !== undefined) bench.wait();
      }
      bench.waitForEnd();
      expect(bench.outputs.filter(({ kind }) => kind === 'done')).toHaveLength(1);
      expect(bench.outputs.filter(({ kind }) => kind === 'complete' || kind === 'failed')).toHaveLength(1);
    }
  });
});
