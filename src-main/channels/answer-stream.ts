import { encodeRanges } from '../../src-shared/ranges/range-codec';
import { type RangeSet, valuesOf } from '../../src-shared/ranges/range-set';
import type { MemberQuery } from '../archive/query-desk';
import { LOW_WATER_BYTES } from '../transport/control-connection';
import type { MemberConnection } from './channel-protocol';
import { encodeDatagrams } from './query-codec';

/** Where an answer's packets and seals come from. */
export interface PacketSource {
  packet(epoch: number, sequence: number): Uint8Array | undefined;
  /** The seal over a packet. */
  seal(epoch: number, sequence: number): Uint8Array | undefined;
}

export interface Answer {
  readonly channel: string;
  readonly to: MemberQuery;
  readonly packets: RangeSet;
  readonly seals: RangeSet;
  readonly absent: RangeSet;
  readonly broadcast: number;
}

/** Packets in one frame: some 90 KB, a slice or two of the connection's queue. */
const PACKETS_OF_FRAME = 64;

/** Answers queries of one member over its connection, no faster than it reads (PROTOCOL.md section 16.2). */
export class AnswerStream {
  private readonly waiting: Generator<void, void, undefined>[] = [];

  constructor(
    private readonly connection: MemberConnection,
    private readonly source: PacketSource,
  ) {}

  add(answer: Answer): void {
    this.waiting.push(this.frames(answer));
    this.goOn();
  }

  /** There is room in the connection again. */
  goOn(): void {
    while (this.connection.isOpen && this.connection.queuedBytes < LOW_WATER_BYTES) {
      const [first] = this.waiting;
      if (first === undefined) return;
      if (first.next().done === true) this.waiting.shift();
    }
  }

  /** Sends one frame each time that it is asked. */
  private *frames({ channel, to, packets, seals, absent, broadcast }: Answer): Generator<void, void, undefined> {
    let batch: Uint8Array[] = [];
    for (const datagram of this.datagrams(to.epoch, packets, seals)) {
      batch.push(datagram);
      if (batch.length < PACKETS_OF_FRAME) continue;
      this.send(channel, batch);
      batch = [];
      yield;
    }
    if (batch.length > 0) this.send(channel, batch);
    this.connection.send({ type: 'answered', channel, query: to.query, broadcast }, encodeRanges(absent));
  }

  private send(channel: string, batch: readonly Uint8Array[]): void {
    this.connection.send({ type: 'packets', channel }, encodeDatagrams(batch));
  }

  /** Seals first: whoever gets a packet can judge it at once. */
  private *datagrams(epoch: number, packets: RangeSet, seals: RangeSet): Generator<Uint8Array, void, undefined> {
    let last: Uint8Array | undefined;
    for (const sequence of valuesOf(seals)) {
      const seal = this.source.seal(epoch, sequence);
      if (seal !== undefined && (last === undefined || Buffer.compare(seal, last) !== 0)) yield seal;
      last = seal ?? last;
    }
    for (const sequence of valuesOf(packets)) {
      const packet = this.source.packet(epoch, sequence);
      if (packet !== undefined) yield packet;
    }
  }
}
