import { normalize, type RangeSet, valuesOf } from '../../src-shared/ranges/range-set';
import { epochOf, MAX_SEALED, sealedBy, sequenceOf } from '../../src-shared/wire/channel-datagram';
import type { EpochNumbers } from '../archive/retention';
import { keyOf } from './simulated-channel-packet';

/** Packets and seals on a disk that survives crashes. */
export class SimulatedDisk {
  private readonly packets = new Map<string, Uint8Array>();
  private readonly seals = new Map<string, Uint8Array>();
  private readonly numbers = new Map<number, Set<number>>();

  put(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): void {
    for (const packet of packets) {
      this.packets.set(keyOf(packet), packet);
      const numbers = this.numbers.get(epochOf(packet)) ?? new Set();
      this.numbers.set(epochOf(packet), numbers.add(sequenceOf(packet)));
    }
    for (const seal of seals) this.seals.set(keyOf(seal), seal);
  }

  drop(gone: readonly EpochNumbers[]): void {
    for (const { epoch, ranges } of gone)
      for (const sequence of valuesOf(ranges)) this.numbers.get(epoch)?.delete(sequence);
  }

  held(epoch: number): RangeSet {
    return normalize([...(this.numbers.get(epoch) ?? [])].map((sequence) => [sequence, sequence + 1]));
  }

  /** How many packets it holds. */
  get size(): number {
    let size = 0;
    for (const numbers of this.numbers.values()) size += numbers.size;
    return size;
  }

  epochs(): number[] {
    return [...this.numbers.keys()].sort((a, b) => a - b);
  }

  read(epoch: number, packets: RangeSet, seals: RangeSet): Uint8Array[] {
    const found = [...valuesOf(packets)].flatMap((sequence) => this.packets.get(`${epoch} ${sequence}`) ?? []);
    const firsts = new Set<number>();
    for (const sequence of valuesOf(seals))
      for (let first = Math.max(0, sequence - MAX_SEALED + 1); first <= sequence; first++) firsts.add(first);
    return [...[...firsts].flatMap((first) => this.seals.get(`${epoch} ${first}`) ?? []), ...found];
  }

  /** Packets without a seal, in rows that one seal may be over. */
  unsealedRuns(epoch: number): Uint8Array[][] {
    const sealed = new Set<number>();
    for (const seal of this.seals.values()) {
      if (epochOf(seal) !== epoch) continue;
      for (let i = 0; i < sealedBy(seal); i++) sealed.add(sequenceOf(seal) + i);
    }
    const runs: Uint8Array[][] = [];
    for (const sequence of valuesOf(this.held(epoch))) {
      const packet = this.packets.get(`${epoch} ${sequence}`);
      if (packet === undefined || sealed.has(sequence)) continue;
      const run = runs.at(-1);
      const before = run?.at(-1);
      if (run === undefined || before === undefined || run.length === MAX_SEALED || sequenceOf(before) !== sequence - 1)
        runs.push([packet]);
      else run.push(packet);
    }
    return runs;
  }
}
