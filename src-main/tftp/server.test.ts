import { describe, expect, it } from 'vitest';
import type { DeviceServerEvent } from '../../src-shared/ipc/device-events';
import type { DeviceSessionView } from '../../src-shared/ipc/device-views';
import { seededRandom } from '../transport/seeded-random';
import type { Endpoint } from './endpoint';
import { ALL_FLOW_CONTROL, type FlowControl } from './flow-control';
import { type OptionList, type Packet, readPacket, writeAck, writeData, writeError, writeReadRequest } from './packets';
import { MAX_CLIENTS_PER_ADDRESS, MAX_SESSIONS } from './params';
import { TftpServer } from './server';
import type { ServerOptions } from './server-io';

const GROUPS = [
  { address: '239.255.1.1', port: 1758 },
  { address: '239.255.1.2', port: 1758 },
];
const A: Endpoint = { address: '10.0.0.1', port: 2001 };
const B: Endpoint = { address: '10.0.0.2', port: 2002 };
const C: Endpoint = { address: '10.0.0.3', port: 2003 };

const OPTIONS: ServerOptions = {
  groups: GROUPS,
  hearsGroups: (address) => !address.includes(':'),
  delayMs: 0,
  flow: ALL_FLOW_CONTROL,
  mtu: 1500,
};

type Sent = { readonly session: string | null; readonly to: Endpoint; readonly packet: Packet };

/** A server whose driver is there at once: files open and read, ports open. */
class Bench {
  readonly server: TftpServer;
  readonly events: DeviceServerEvent[] = [];
  readonly closed: string[] = [];
  /** Bytes of what is written. */
  readonly written: number[] = [];
  hasDisk = true;
  now = 0;
  private sent: Sent[] = [];

  constructor(
    private readonly files: Readonly<Record<string, Uint8Array>>,
    options: Partial<ServerOptions> = {},
  ) {
    this.server = new TftpServer({ ...OPTIONS, ...options }, 0);
  }

  /** What left since the last look. */
  takeSent(): Sent[] {
    this.carryOut();
    return this.sent.splice(0);
  }

  ask(from: Endpoint, options: OptionList = [], file = 'song'): Sent[] {
    return this.request(writeReadRequest(file, 'octet', options), from);
  }

  request(bytes: Uint8Array, from: Endpoint): Sent[] {
    this.server.request(bytes, from, this.now);
    return this.takeSent();
  }

  say(session: string, bytes: Uint8Array, from: Endpoint): Sent[] {
    this.server.datagram(session, bytes, from, this.now);
    return this.takeSent();
  }

  ack(block: number, from: Endpoint, session = 's1'): Sent[] {
    return this.say(session, writeAck(block), from);
  }

  /** Time goes on to the next deadline. */
  wait(): Sent[] {
    const deadline = this.server.deadline();
    if (deadline === undefined) throw new Error('nothing is due');
    this.now = deadline;
    this.server.timeout(this.now);
    return this.takeSent();
  }

  waitUntil(now: number): Sent[] {
    const sent: Sent[] = [];
    for (let due = this.server.deadline(); due !== undefined && due <= now; due = this.server.deadline())
      sent.push(...this.wait());
    this.now = now;
    return sent;
  }

  private carryOut(): void {
    for (let outputs = this.server.outputs(); outputs.length > 0; outputs = this.server.outputs()) {
      for (const output of outputs) {
        if (output.kind === 'event') this.events.push(output.event);
        if (output.kind === 'send') this.sent.push({ ...output, packet: readPacket(output.bytes) });
        if (output.kind === 'openPort') this.server.portOpened(output.session, this.now);
        if (output.kind === 'closeSession') this.closed.push(output.session);
        if (output.kind === 'openFile') this.open(output.session, output.file);
        if (output.kind === 'read') this.read(output.session, output.offset, output.length);
        if (output.kind === 'createFile') this.create(output.session, output.file);
        if (output.kind === 'write') this.write(output.session, output.bytes);
        if (output.kind === 'finishFile') this.server.fileFinished(output.session, this.now);
      }
    }
  }

  private open(session: string, file: string): void {
    const bytes = this.files[file];
    if (bytes !== undefined) this.server.fileOpened(session, bytes.length, this.now);
    else this.server.sessionFailed(session, { code: 1, reason: 'There is no such file' }, this.now);
  }

  private create(session: string, file: string): void {
    if (this.files[file] === undefined) this.server.fileCreated(session, this.now);
    else this.server.sessionFailed(session, { code: 6, reason: 'The name is taken' }, this.now);
  }

  private write(session: string, bytes: Uint8Array): void {
    this.written.push(...bytes);
    if (this.hasDisk) this.server.written(session, this.now);
  }

  private read(session: string, offset: number, length: number): void {
    const file = this.files.song ?? new Uint8Array();
    this.server.dataRead(session, offset, file.subarray(offset, offset + length), this.now);
  }
}

const SONG = Uint8Array.from({ length: 1300 }, (_, i) => i);
const block = (index: number): Packet => ({
  kind: 'data',
  block: index,
  payload: SONG.slice((index - 1) * 512, index * 512),
});
const multicast = (mc: 0 | 1, group = 1): [string, string] => ['multicast', `239.255.1.${group},1758,${mc}`];
const oack = (...options: OptionList[number][]): Packet => ({ kind: 'oack', options });
const packets = (sent: readonly Sent[]): Packet[] => sent.map(({ packet }) => packet);
const without = (name: keyof FlowControl): FlowControl => ({ ...ALL_FLOW_CONTROL, [name]: false });

describe('a request', () => {
  it('without options is answered with the first block, and each ACK with the next one (RFC 1350)', () => {
    const bench = new Bench({ song: SONG });
    expect(bench.ask(A)).toMatchObject([{ session: 's1', to: A, packet: block(1) }]);
    expect(bench.ack(1, A)).toMatchObject([{ session: 's1', to: A, packet: block(2) }]);
    expect(packets(bench.ack(2, A))).toEqual([block(3)]);
    expect(bench.ack(3, A)).toEqual([]);
    expect(bench.closed).toEqual(['s1']);
    expect(bench.server.deadline()).toBeUndefined();
    expect(bench.events.at(-1)).toMatchObject({ event: 'done', ok: true, sentBlocks: 3, resentBlocks: 0 });
  });

  it('with options is answered with those that are granted (RFC 2347)', () => {
    const bench = new Bench({ song: SONG });
    const options: OptionList = [
      ['TSIZE', '0'],
      ['blksize', '9000'],
      ['timeout', '3'],
      ['windowsize', '2'],
      ['utimeout', '1'],
    ];
    expect(packets(bench.ask(A, options))).toEqual([
      oack(['blksize', '1468'], ['timeout', '3'], ['tsize', '1300'], ['windowsize', '2']),
    ]);
    expect(packets(bench.ack(0, A))).toEqual([{ kind: 'data', block: 1, payload: SONG }]);
  });

  it.each([
    ['blksize', '-1'],
    ['blksize', ''],
    ['windowsize', '0'],
    ['timeout', '0'],
    ['multicast', 'x'],
    ['x', 'y'],
  ])('whose only option is %s = %j is answered without options', (name, value) => {
    expect(packets(new Bench({ song: SONG }).ask(A, [[name, value]]))).toEqual([block(1)]);
  });

  it.each<[string, Uint8Array, number | undefined]>([
    ['nothing', new Uint8Array(), 4],
    ['an unknown operation', Uint8Array.of(0, 9, 0, 0), 4],
    ['an ACK', writeAck(0), 5],
    ['DATA', writeData(1, SONG), 5],
    ['an OACK', Uint8Array.of(0, 6), 5],
    ['a write request', Uint8Array.from(Buffer.from('\0\x02new\0octet\0')), 2],
    ['the name of no file', writeReadRequest('other', 'octet', []), 1],
    ['an ERROR', writeError(0, 'no'), undefined],
  ])('that is %s is answered with the code that RFC 1350 has for it', (_, bytes, code) => {
    const bench = new Bench({ song: SONG });
    const sent = bench.request(bytes, A);
    expect(sent.map(({ session, packet }) => [session, packet.kind === 'error' && packet.code])).toEqual(
      code === undefined ? [] : [[null, code]],
    );
    expect(bench.server.deadline()).toBeUndefined();
  });

  it('that comes again is the same one; another one from the same port takes its place', () => {
    const bench = new Bench({ song: SONG, other: SONG });
    bench.ask(A, [['tsize', '0']]);
    expect(bench.ask(A, [['tsize', '0']])).toMatchObject([{ session: 's1', packet: oack(['tsize', '1300']) }]);
    expect(bench.ask(A, [['tsize', '0']], 'other')).toMatchObject([{ session: 's2' }]);
    expect(bench.closed).toEqual(['s1']);
    expect(bench.events).toContainEqual(
      expect.objectContaining({ state: 'failed', why: 'It asked for something else' }),
    );
  });

  it('of a machine that starts anew in the middle is served from the beginning, though it comes from the same port', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A);
    bench.ack(1, A);
    // One that was late on its way changes nothing.
    expect(bench.ask(A)).toEqual([]);
    expect(packets(bench.wait())).toEqual([block(2)]);
    expect(bench.ask(A)).toMatchObject([{ session: 's2', to: A, packet: block(1) }]);
    expect(bench.closed).toEqual(['s1']);
  });

  it('in netascii is served line by line, without tsize and multicast', () => {
    const text = Uint8Array.from(Buffer.from('a\nb\r'.repeat(200)));
    const bench = new Bench({ song: text });
    const request = writeReadRequest('song', 'netascii', [
      ['multicast', ''],
      ['tsize', '0'],
      ['blksize', '1024'],
    ]);
    expect(packets(bench.request(request, A))).toEqual([oack(['blksize', '1024'])]);
    const [first] = packets(bench.ack(0, A));
    const [second] = packets(bench.ack(1, A));
    if (first?.kind !== 'data' || second?.kind !== 'data') throw new Error('no data');
    expect(Buffer.concat([first.payload, second.payload]).toString()).toBe('a\r\nb\r\0'.repeat(200));
    expect(bench.ack(2, A)).toEqual([]);
    expect(bench.closed).toEqual(['s1']);
  });
});

describe('a transfer', () => {
  it('sends a block again when its ACK is late, and gives up after a while', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A);
    bench.ack(1, A);
    const again: Packet[] = [];
    while (bench.server.deadline() !== undefined) again.push(...packets(bench.wait()));
    expect(again).toEqual(Array(7).fill(block(2)));
    expect(bench.now).toBeGreaterThan(10_000);
    expect(bench.events.at(-1)).toMatchObject({ event: 'done', ok: false, resentBlocks: 7 });
    expect(bench.events).toContainEqual(expect.objectContaining({ why: 'It does not answer any more' }));
  });

  it('says of a client that left at its end that it may have the file', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A);
    for (const number of [1, 2]) bench.ack(number, A);
    bench.waitUntil(60_000);
    expect(bench.events).toContainEqual(
      expect.objectContaining({ state: 'failed', why: 'It did not acknowledge the last block, but may have it' }),
    );
  });

  it('sends again exactly after the timeout that was agreed upon (RFC 2349)', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A, [['timeout', '2']]);
    bench.ack(0, A);
    expect([packets(bench.wait()), bench.now]).toEqual([[block(1)], 2000]);
    expect([packets(bench.wait()), bench.now]).toEqual([[block(1)], 4000]);
  });

  it('never answers an ACK twice (RFC 1123 section 4.2.3.1), but an unexpected one after a round trip (C6)', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A, [['tsize', '0']]);
    bench.now = 10;
    bench.ack(0, A);
    bench.now = 20;
    expect(packets(bench.ack(1, A))).toEqual([block(2)]);
    expect(bench.ack(1, A)).toEqual([]);
    expect(packets(bench.wait())).toEqual([block(2)]);
    expect(bench.now).toBeGreaterThanOrEqual(30);
    expect(bench.now).toBeLessThan(60);
    expect(bench.events.at(-1)).toMatchObject({ event: 'resent', why: 'unexpected' });
  });

  it('does not answer a repeated ACK at all where that is switched off', () => {
    const bench = new Bench({ song: SONG }, { flow: without('lastPacket') });
    bench.ask(A);
    bench.ack(1, A);
    bench.ack(1, A);
    bench.wait();
    expect(bench.events.at(-1)).toMatchObject({ event: 'resent', why: 'timeout' });
  });

  it('repeats an OACK when it is asked for, and by itself only when no client would ask any more', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A, [['timeout', '2']]);
    expect(bench.waitUntil(6500)).toEqual([]);
    expect(packets(bench.ask(A, [['timeout', '2']]))).toEqual([oack(['timeout', '2'])]);
    expect([packets(bench.wait()), bench.now]).toEqual([[oack(['timeout', '2'])], 13_500]);
  });

  it('tells a wrong source so and goes on (RFC 1350 section 4), and never answers an ERROR', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A);
    expect(bench.ack(1, B)).toMatchObject([{ session: 's1', to: B, packet: { kind: 'error', code: 5 } }]);
    expect(bench.say('s1', writeError(0, 'x'), B)).toEqual([]);
    expect(packets(bench.ack(1, A))).toEqual([block(2)]);
    const answers = Array.from({ length: 1000 }, () => bench.ack(1, B)).flat();
    expect(answers.length).toBeLessThan(40);
  });

  it('ends with the ERROR of its client, and answers what does not belong there with one', () => {
    const ended = new Bench({ song: SONG });
    ended.ask(A);
    expect(ended.say('s1', writeError(3, 'full'), A)).toEqual([]);
    expect(ended.events).toContainEqual(expect.objectContaining({ why: 'It ended the transfer: "full"' }));
    expect(ended.closed).toEqual(['s1']);

    const wrong = new Bench({ song: SONG });
    wrong.ask(A);
    expect(wrong.say('s1', writeData(1, SONG), A)).toMatchObject([{ packet: { kind: 'error', code: 4 } }]);
    expect(wrong.closed).toEqual(['s1']);
  });

  it('ends with an ERROR where the file cannot be read any more, or the server stops', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A);
    bench.ask(B, [['tsize', '0']]);
    bench.server.sessionFailed('s1', { code: 0, reason: 'The file has changed' }, 0);
    expect(bench.takeSent()).toMatchObject([{ session: 's1', to: A, packet: { message: 'The file has changed' } }]);
    bench.server.close(0);
    expect(bench.takeSent()).toMatchObject([
      { session: 's2', to: B, packet: { kind: 'error', message: 'The server stops' } },
    ]);
    expect(bench.server.deadline()).toBeUndefined();
  });

  it('sends windows and goes back to a gap (RFC 7440 section 4)', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A, [
      ['windowsize', '3'],
      ['blksize', '128'],
    ]);
    const numbers = (sent: readonly Sent[]) => packets(sent).map((packet) => packet.kind === 'data' && packet.block);
    expect(numbers(bench.ack(0, A))).toEqual([1, 2, 3]);
    expect(numbers(bench.ack(3, A))).toEqual([4, 5, 6]);
    expect(bench.ack(4, A)).toEqual([]);
    expect(numbers(bench.wait())).toEqual([5, 6, 7]);
    expect(bench.now).toBeLessThan(10);
    bench.ack(6, A);
    expect(numbers(bench.ack(7, A))).toEqual([8, 9, 10]);
  });
});

describe('a group', () => {
  const ask = (bench: Bench, from: Endpoint, ...more: OptionList[number][]) =>
    bench.ask(from, [...more, ['multicast', '']]);

  it('has one master, and members that listen: every OACK has the full triple (RFC 2090)', () => {
    const bench = new Bench({ song: SONG });
    expect(ask(bench, A)).toMatchObject([{ session: 's1', to: A, packet: oack(multicast(1)) }]);
    expect(ask(bench, B)).toMatchObject([{ session: 's1', to: B, packet: oack(multicast(0)) }]);
    expect(bench.ack(0, A)).toMatchObject([{ session: 's1', to: GROUPS[0], packet: block(1) }]);
    bench.ack(1, A);
    bench.ack(2, A);
    // The master is done: the next one is told, and asks for what it misses.
    expect(bench.ack(3, A)).toMatchObject([{ session: 's1', to: B, packet: oack(multicast(1)) }]);
    expect(bench.ack(1, B)).toMatchObject([{ to: GROUPS[0], packet: block(2) }]);
    expect(bench.ack(3, B)).toEqual([]);
    expect(bench.events.at(-1)).toMatchObject({ event: 'done', ok: true, complete: 2, sentBlocks: 4, resentBlocks: 1 });
    expect(bench.closed).toEqual(['s1']);
  });

  it('never storms: the ACK of an OACK with mc=0 gets no answer, another one of a member one OACK a second', () => {
    const bench = new Bench({ song: SONG });
    ask(bench, A);
    ask(bench, B);
    bench.ack(0, A);
    expect(Array.from({ length: 100 }, () => bench.ack(0, B)).flat()).toEqual([]);
    expect(packets(Array.from({ length: 100 }, () => bench.ack(1, B)).flat())).toEqual([oack(multicast(0))]);
    bench.now = 1000;
    expect(packets(bench.ack(1, B))).toEqual([oack(multicast(0))]);
  });

  it('is not held up by a slow master while others wait, who gets another turn after them', () => {
    const bench = new Bench({ song: new Uint8Array(51_199) }, { flow: without('rate') });
    for (const from of [A, B]) ask(bench, from);
    bench.ack(0, A);
    const turns: Sent[] = [];
    for (let number = 1; number < 40 && turns.length === 0; number++) {
      bench.now += 900;
      turns.push(...bench.ack(number, A).filter(({ to }) => to === B));
    }
    expect([packets(turns), bench.now]).toEqual([[oack(multicast(1))], 4500]);
    expect(bench.events).toContainEqual(
      expect.objectContaining({ role: 'member', why: expect.stringContaining('up') }),
    );
    for (let number = 0; number <= 100; number++) bench.ack(number, B);
    // Alone it may be as slow as it is.
    for (let number = 5; number <= 100; number++) {
      bench.now += 900;
      bench.ack(number, A);
    }
    expect(bench.events.at(-1)).toMatchObject({ event: 'done', ok: true, complete: 2 });
  });

  it('lets a member end that has everything, and one that gives up', () => {
    const bench = new Bench({ song: SONG });
    for (const from of [A, B, C]) ask(bench, from);
    expect(bench.ack(3, B)).toMatchObject([{ packet: oack(multicast(0)) }]);
    for (const number of [0, 1, 2]) bench.ack(number, A);
    expect(bench.ack(3, B)).toEqual([]);
    expect(bench.say('s1', writeError(0, 'bye'), C)).toEqual([]);
    expect(bench.ack(3, A)).toEqual([]);
    expect(bench.events.at(-1)).toMatchObject({ event: 'done', ok: false, clients: 3, complete: 2 });
  });

  it('gives a silent master’s turn to the next, and comes back to it', () => {
    const bench = new Bench({ song: SONG });
    ask(bench, A);
    ask(bench, B);
    const told: unknown[] = [];
    while (told.length < 6) told.push(...bench.wait().map(({ to, packet }) => [to, packet]));
    const [toA, toB] = [
      [A, oack(multicast(1))],
      [B, oack(multicast(1))],
    ];
    expect(told).toEqual([toA, toA, toA, toB, toB, toB]);
    expect(bench.ack(0, B)).toMatchObject([{ to: GROUPS[0] }]);
    for (const number of [1, 2]) bench.ack(number, B);
    expect(bench.ack(3, B)).toMatchObject([{ to: A, packet: oack(multicast(1)) }]);
    expect(bench.server.view(bench.now, 0)[0]?.clients).toMatchObject([{ role: 'master' }, { state: 'complete' }]);
  });

  it('begins after the delay, which is shorter for an impatient client (C2)', () => {
    const bench = new Bench({ song: SONG }, { delayMs: 3000 });
    ask(bench, A, ['timeout', '1']);
    expect(bench.ack(0, A)).toEqual([]);
    expect(bench.server.view(0, 0)).toMatchObject([{ state: 'collecting' }]);
    expect([packets(bench.wait()), bench.now]).toEqual([[block(1)], 2000]);
    expect(bench.server.view(0, 0)).toMatchObject([{ state: 'sending' }]);
  });

  it('takes only those whose options allow its block size', () => {
    const bench = new Bench({ song: SONG });
    ask(bench, A, ['blksize', '1024']);
    expect(ask(bench, B, ['blksize', '1400'])).toMatchObject([
      { session: 's1', packet: oack(['blksize', '1024'], multicast(0)) },
    ]);
    expect(ask(bench, C)).toMatchObject([{ session: 's2', packet: oack(multicast(1, 2)) }]);
  });

  it('is none for a client that does not hear groups', () => {
    const bench = new Bench({ song: SONG });
    ask(bench, A);
    expect(ask(bench, { address: 'fe80::1', port: 2000 })).toMatchObject([{ session: 's2', packet: block(1) }]);
  });

  it('is there once for each address; without one everything goes by unicast', () => {
    const bench = new Bench({ song: SONG }, { groups: GROUPS.slice(0, 1), flow: without('joining') });
    ask(bench, A);
    bench.ack(0, A);
    expect(packets(ask(bench, B))).toEqual([block(1)]);
    for (const number of [1, 2, 3]) bench.ack(number, A);
    expect(packets(ask(bench, C))).toEqual([oack(multicast(1))]);
  });

  it('waits for its file together: those that ask meanwhile join', () => {
    const server = new TftpServer(OPTIONS, 0);
    const request = writeReadRequest('song', 'octet', [['multicast', '']]);
    for (const from of [A, B, B]) server.request(request, from, 0);
    server.fileOpened('s1', 1300, 0);
    server.portOpened('s1', 0);
    const sent = server.outputs().filter((output) => output.kind === 'send');
    expect(sent.map(({ session, to, bytes }) => [session, to, readPacket(bytes)])).toEqual([
      ['s1', A, oack(multicast(1))],
      ['s1', B, oack(multicast(0))],
    ]);
  });

  it('tells those that wait what is wrong with the file', () => {
    const server = new TftpServer(OPTIONS, 0);
    const request = writeReadRequest('song', 'octet', [['multicast', '']]);
    for (const from of [A, B]) server.request(request, from, 0);
    server.sessionFailed('s1', { code: 1, reason: 'There is no such file' }, 0);
    const outputs = server.outputs();
    expect(outputs.filter((output) => output.kind === 'send').map(({ to }) => to)).toEqual([A, B]);
    expect(outputs.filter((output) => output.kind === 'event')).toMatchObject([
      { event: { event: 'refused', address: '10.0.0.1:2001', code: 1 } },
      { event: { event: 'refused', address: '10.0.0.2:2002', code: 1 } },
    ]);
  });
});

describe('a write request', () => {
  const ask = (bench: Bench, options: OptionList = [], file = 'take', mode = 'octet') =>
    bench.request(Uint8Array.from(Buffer.from(`\0\x02${[file, mode, ...options.flat()].join('\0')}\0`)), A);

  it('is refused with ERROR 2 unless writing is allowed', () => {
    expect(ask(new Bench({}))).toMatchObject([{ session: null, packet: { kind: 'error', code: 2 } }]);
  });

  it('is acknowledged, and so is each block; the last one when the file has its name (RFC 1350)', () => {
    const bench = new Bench({}, { writeLimit: 5000 });
    expect(ask(bench)).toMatchObject([{ session: 's1', to: A, packet: { kind: 'ack', block: 0 } }]);
    expect(packets(bench.say('s1', writeData(1, SONG.subarray(0, 512)), A))).toEqual([{ kind: 'ack', block: 1 }]);
    expect(packets(bench.say('s1', writeData(1, SONG.subarray(0, 512)), A))).toEqual([{ kind: 'ack', block: 1 }]);
    expect(packets(bench.say('s1', writeData(2, SONG.subarray(512, 1000)), A))).toEqual([{ kind: 'ack', block: 2 }]);
    expect(bench.written).toEqual([...SONG.subarray(0, 1000)]);
    expect(bench.events.at(-1)).toMatchObject({ event: 'done', ok: true, complete: 1 });
    expect(bench.server.view(0, 7)).toMatchObject([{ isWrite: true, state: 'done', progress: 1, startedAt: 7 }]);
    // The last ACK may be lost.
    expect(packets(bench.say('s1', writeData(2, SONG.subarray(512, 1000)), A))).toEqual([{ kind: 'ack', block: 2 }]);
    bench.wait();
    expect(bench.closed).toEqual(['s1']);
  });

  it('of a machine that starts anew in the middle begins a new file', () => {
    const bench = new Bench({}, { writeLimit: 5000 });
    ask(bench);
    bench.say('s1', writeData(1, SONG.subarray(0, 512)), A);
    expect(ask(bench)).toEqual([]);
    bench.wait();
    expect(ask(bench)).toMatchObject([{ session: 's2', packet: { kind: 'ack', block: 0 } }]);
    expect(bench.closed).toEqual(['s1']);
  });

  it('with options is answered with those that are granted', () => {
    const bench = new Bench({}, { writeLimit: 5000 });
    const options: OptionList = [
      ['tsize', '1300'],
      ['blksize', '9000'],
      ['windowsize', '2'],
      ['multicast', ''],
    ];
    expect(packets(ask(bench, options))).toEqual([oack(['blksize', '1468'], ['tsize', '1300'], ['windowsize', '2'])]);
    expect(packets(bench.say('s1', writeData(1, SONG), A))).toEqual([{ kind: 'ack', block: 1 }]);
  });

  it('in netascii brings lines', () => {
    const bench = new Bench({}, { writeLimit: 5000 });
    ask(bench, [], 'take', 'netascii');
    bench.say('s1', writeData(1, Buffer.from('a\r\nb\r\0')), A);
    expect(Buffer.from(bench.written).toString()).toBe('a\nb\r');
  });

  it('is refused where the name is taken, and where the file is or becomes too long', () => {
    const bench = new Bench({ take: SONG }, { writeLimit: 1000 });
    expect(ask(bench)).toMatchObject([{ session: null, packet: { kind: 'error', code: 6 } }]);
    expect(ask(bench, [['tsize', '1001']], 'new')).toMatchObject([
      { session: null, packet: { kind: 'error', code: 3 } },
    ]);
    ask(bench, [], 'new');
    bench.say('s2', writeData(1, SONG.subarray(0, 512)), A);
    expect(bench.say('s2', writeData(2, SONG.subarray(0, 512)), A)).toMatchObject([
      { packet: { kind: 'error', code: 3 } },
    ]);
    expect(bench.closed).toEqual(['s1', 's2']);
  });

  it('takes no more than the disk does, however much is sent', () => {
    const bench = new Bench({}, { writeLimit: 1e9 });
    bench.hasDisk = false;
    ask(bench);
    const acks = Array.from({ length: 10_000 }, (_, i) =>
      bench.say('s1', writeData(i + 1, new Uint8Array(512)), A),
    ).flat();
    expect(acks).toHaveLength(2047);
    expect(bench.written).toHaveLength(2 * 1_048_576);
  });

  it('is given up when nothing comes, sooner where nobody ever answered', () => {
    const bench = new Bench({}, { writeLimit: 5000 });
    ask(bench);
    expect(bench.waitUntil(60_000)).toHaveLength(3);
    expect(bench.events.at(-1)).toMatchObject({ event: 'done', ok: false, why: 'It never answered' });
    ask(bench);
    bench.say('s2', writeData(1, SONG.subarray(0, 512)), A);
    expect(bench.waitUntil(200_000)).toHaveLength(7);
    expect(bench.closed).toEqual(['s1', 's2']);
  });
});

describe('the limits', () => {
  it('keep one address from taking everything', () => {
    const bench = new Bench({ song: SONG });
    for (let i = 0; i < MAX_CLIENTS_PER_ADDRESS; i++) bench.ask({ address: '10.0.0.9', port: 3000 + i });
    expect(bench.ask({ address: '10.0.0.9', port: 4000 })).toMatchObject([{ packet: { kind: 'error', code: 0 } }]);
    expect(packets(bench.ask(A))).toEqual([block(1)]);
  });

  it('keep a session that goes on for long from growing with all who come and go', () => {
    const bench = new Bench({ song: SONG });
    bench.ask(A, [['multicast', '']]);
    bench.ack(0, A);
    for (let i = 0; i < 2000; i++) {
      const passer = { address: `10.2.${i >> 8}.${i & 255}`, port: 2000 };
      bench.ask(passer, [['multicast', '']]);
      bench.say('s1', writeError(0, 'bye'), passer);
    }
    expect(bench.server.view(0, 0)[0]?.clients).toHaveLength(500);
    for (const number of [1, 2, 3]) bench.ack(number, A);
    expect(bench.events.at(-1)).toMatchObject({ event: 'done', clients: 2001, complete: 1 });
  });

  it('let a request that nobody confirms give way to a new one, and refuse when all are confirmed', () => {
    const bench = new Bench({ song: SONG });
    const client = (i: number): Endpoint => ({ address: `10.1.0.${i}`, port: 3000 });
    for (let i = 0; i < MAX_SESSIONS; i++) bench.ask(client(i));
    bench.ack(1, client(0));
    expect(bench.ask(A)).toMatchObject([
      { session: 's2', packet: { kind: 'error' } },
      { session: 's101', packet: block(1) },
    ]);
    expect(bench.closed).toEqual(['s2']);
    for (let i = 2; i < MAX_SESSIONS; i++) bench.ack(1, client(i), `s${i + 1}`);
    bench.ack(1, A, 's101');
    expect(bench.ask(B)).toMatchObject([{ session: null, packet: { message: 'The server is busy: ask again later' } }]);
    expect(bench.events.at(-1)).toMatchObject({ event: 'refused', address: '10.0.0.2:2002' });
  });
});

describe('whatever comes', () => {
  it('does not make the server throw, grow, or send without an end', () => {
    const random = seededRandom(Number(process.env.TUTTI_SEED ?? 1));
    const bench = new Bench({ song: SONG }, { writeLimit: 2000 });
    const endpoints = Array.from({ length: 30 }, (_, i) => ({ address: `10.0.0.${i % 10}`, port: 2000 + i }));
    const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
    let answers = 0;
    let mostSessions = 0;
    let sessions: readonly DeviceSessionView[] = [];
    for (let i = 0; i < 100_000; i++) {
      const from = pick(endpoints) ?? A;
      bench.now += random() * 2;
      const bytes = randomPacket(random);
      if (i % 50 === 0)
        sessions = bench.server.view(bench.now, 0).filter(({ state }) => /sending|collecting/.test(state));
      mostSessions = Math.max(mostSessions, sessions.length);
      const session = random() < 0.5 ? pick(sessions)?.id : undefined;
      const sent = session === undefined ? bench.request(bytes, from) : bench.say(session, bytes, from);
      answers += sent.length + bench.waitUntil(bench.now).length;
      bench.events.length = 0;
      bench.closed.length = 0;
    }
    expect(answers).toBeLessThan(300_000);
    expect(mostSessions).toBeLessThanOrEqual(MAX_SESSIONS);
    expect(bench.waitUntil(bench.now + 3_600_000).length).toBeLessThan(5000);
    expect(bench.server.deadline()).toBeUndefined();
  }, 120_000);

  it('may be the orders of requests and options that broke other servers', () => {
    const options: OptionList[] = [
      [['multicast', '']],
      [
        ['multicast', ''],
        ['blksize', '8'],
      ],
      [
        ['blksize', '8'],
        ['multicast', ''],
        ['multicast', ''],
      ],
      [
        ['windowsize', '65535'],
        ['blksize', '65464'],
        ['multicast', ''],
      ],
      [
        ['multicast', ''],
        ['timeout', '255'],
        ['tsize', '0'],
      ],
      [
        ['', ''],
        ['multicast', ''],
      ],
      [],
    ];
    for (const first of options)
      for (const second of options)
        for (const third of options) {
          const bench = new Bench({ song: SONG });
          bench.ask(A, first);
          bench.ask(A, second);
          bench.ack(0, A);
          bench.ask(B, third);
          bench.say('s1', writeReadRequest('song', 'octet', third), A);
          bench.say('s1', writeReadRequest('other', 'octet', third), B);
          bench.waitUntil(3_600_000);
          expect(bench.server.deadline()).toBeUndefined();
        }
  });
});

/** Anything from noise to a right packet with wrong values. */
function randomPacket(random: () => number): Uint8Array {
  const number = (end: number) => Math.floor(random() * end);
  const text = () =>
    [
      'song',
      'octet',
      'netascii',
      'blksize',
      'multicast',
      'windowsize',
      'timeout',
      'tsize',
      '',
      '0',
      '1',
      '8',
      '-1',
      '65464',
      '9'.repeat(99),
    ][number(15)] ?? '';
  const kind = number(7);
  if (kind === 0) return Uint8Array.from({ length: number(600) }, () => number(256));
  if (kind === 1) return writeAck(number(5));
  if (kind === 2) return writeAck(number(65_536));
  if (kind === 3) return writeError(number(9), text());
  if (kind === 4) return writeData(number(4), new Uint8Array(number(600)));
  const end = random() < 0.8 ? '\0' : '';
  const options = Array.from({ length: number(8) }, text);
  const head = random() < 0.7 ? ['song', 'octet'] : [text(), text()];
  return Uint8Array.from(
    Buffer.from(`\0${String.fromCharCode(1 + number(2))}${[...head, ...options].join('\0')}${end}`),
  );
}
