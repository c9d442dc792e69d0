import { createHash } from 'node:crypto';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import { valuesOf } from '../../src-shared/ranges/range-set';
import { BlockCode, type ParityUnit } from '../coding/block-code';
import type { Verification } from '../multicast/receiver-io';
import { DIGEST_BYTES, TransferLayout } from '../multicast/transfer-layout';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

function unitIn(space: Uint8Array, layout: TransferLayout, unit: number): Uint8Array {
  const start = layout.offsetOf(unit);
  return space.subarray(start, start + layout.lengthOf(unit));
}

function chunkIn(space: Uint8Array, layout: TransferLayout, chunk: number): Uint8Array {
  const [start, end] = layout.unitsOfChunk(chunk);
  return space.subarray(layout.offsetOf(start), layout.offsetOf(end - 1) + layout.lengthOf(end - 1));
}

/** A transfer in memory: the teacher's side of the simulated network. Its "ciphertext" is random bytes. */
export class SimulatedSource {
  readonly layout: TransferLayout;
  readonly space: Uint8Array;
  readonly root: string;
  private readonly code: BlockCode;

  constructor(contentBytes: number, payloadBytes: number, random: () => number) {
    this.layout = new TransferLayout(contentBytes, payloadBytes);
    this.space = new Uint8Array(this.layout.totalBytes);
    this.code = new BlockCode(payloadBytes);
    for (let i = 0; i < contentBytes; i++) this.space[i] = Math.floor(random() * 256);
    for (let chunk = 0; chunk < this.layout.chunkCount; chunk++) {
      const digest = sha256(this.space.subarray(...this.layout.bytesOfChunk(chunk)));
      this.space.set(digest, contentBytes + chunk * DIGEST_BYTES);
    }
    this.root = sha256(this.space.subarray(contentBytes)).toString('hex');
  }

  payload(unit: number): Uint8Array {
    return this.layout.isParity(unit) ? this.parity(unit) : unitIn(this.space, this.layout, unit);
  }

  private parity(number: number): Uint8Array {
    const { layout, space } = this;
    const units = chunkIn(space, layout, layout.chunkOf(number) ?? 0);
    const [unit] = this.code.parityOf(units, Uint8Array.of(layout.indexOf(number)));
    return unit?.slice() ?? new Uint8Array(0);
  }
}

/** A student's disk in memory: what library/partial-transfer does with files. */
export class SimulatedStore {
  readonly space: Uint8Array;
  private readonly here: Uint8Array;
  private readonly strikes = new Map<number, number>();
  private readonly parity = new Map<string, ParityUnit>();
  private readonly code: BlockCode;

  constructor(private readonly layout: TransferLayout) {
    this.space = new Uint8Array(layout.totalBytes);
    this.here = new Uint8Array(layout.unitCount);
    this.code = new BlockCode(layout.payloadBytes);
  }

  write(unit: number, payload: Uint8Array): void {
    this.space.set(payload, this.layout.offsetOf(unit));
    this.here[unit] = 1;
  }

  keepParity(chunk: number, index: number, payload: Uint8Array): void {
    this.parity.set(`${chunk} ${index}`, { index, bytes: payload.slice() });
  }

  solve(chunk: number, units: readonly number[], indices: readonly number[]): void {
    const { layout } = this;
    const [start] = layout.unitsOfChunk(chunk);
    const parity = indices.flatMap((index) => this.parity.get(`${chunk} ${index}`) ?? []);
    const places = Uint8Array.from(units, (unit) => unit - start);
    this.code.recover(chunkIn(this.space, layout, chunk), places, parity).forEach((bytes, i) => {
      const unit = start + (places[i] ?? 0);
      this.write(unit, bytes.subarray(0, layout.lengthOf(unit)));
    });
  }

  missing(): RangeSet {
    const out: [number, number][] = [];
    for (let unit = 0; unit < this.layout.unitCount; unit++) {
      if (this.here[unit] === 1) continue;
      const last = out.at(-1);
      if (last !== undefined && last[1] === unit) last[1]++;
      else out.push([unit, unit + 1]);
    }
    return out;
  }

  verify(root: string): Verification {
    const { layout } = this;
    const trailer = [layout.trailerUnits].filter(([start, end]) => start < end);
    if (!this.holds(trailer)) return { rejected: [], forgedChunks: 0 };
    if (sha256(this.space.subarray(layout.contentBytes)).toString('hex') !== root) return this.reject(-1, trailer);
    const results: Verification[] = [];
    for (let chunk = 0; chunk < layout.chunkCount; chunk++) {
      const units = [layout.unitsOfChunk(chunk)];
      if (!this.holds(units)) continue;
      const at = layout.contentBytes + chunk * DIGEST_BYTES;
      const digest = sha256(this.space.subarray(...layout.bytesOfChunk(chunk)));
      if (!digest.equals(this.space.subarray(at, at + DIGEST_BYTES))) results.push(this.reject(chunk, units));
    }
    return {
      rejected: results.flatMap((result) => result.rejected),
      forgedChunks: results.reduce((sum, result) => sum + result.forgedChunks, 0),
    };
  }

  private holds(units: RangeSet): boolean {
    for (const unit of valuesOf(units)) if (this.here[unit] !== 1) return false;
    return true;
  }

  private reject(chunk: number, units: RangeSet): Verification {
    const strikes = (this.strikes.get(chunk) ?? 0) + 1;
    this.strikes.set(chunk, strikes);
    for (const unit of valuesOf(units)) this.here[unit] = 0;
    return { rejected: units, forgedChunks: strikes >= 2 ? 1 : 0 };
  }
}
