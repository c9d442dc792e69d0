import type { Help, MemberView } from '../../src-shared/ipc/snapshots';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import { coverage, coverageBeyond } from '../multicast/loss-map';
import { type Member, stateOf } from '../multicast/scorecard';
import type { Sender } from '../multicast/sender';
import type { TransferLayout } from '../multicast/transfer-layout';
import { RateMeter } from './rate-meter';

type Live = ReturnType<Sender['view']>;

interface KnownMap {
  readonly at: number;
  readonly missing: RangeSet;
  readonly position: number | undefined;
  readonly map: Uint8Array;
}

/** A student's map is drawn anew at most this often: five hundred of them ten times a second are for nobody's eyes. */
const MAP_EVERY_MS = 500;
/** Neighbours' maps are not due together. */
const MAP_STAGGER_MS = 70;

/** Pictures of the scorecard's lines. What has not changed is the same object, or the same rounded number, as before. */
export class MemberViews {
  private readonly meters = new Map<string, RateMeter>();
  private readonly maps = new Map<string, KnownMap>();
  /** Of each report: a class of five hundred may name a million ranges, and few of them change between two pictures. */
  private readonly bytes = new WeakMap<RangeSet, number>();

  constructor(
    private readonly layout: TransferLayout,
    /** What helps a student that failed. */
    private readonly helpFor: (member: Member) => Help,
  ) {}

  view(member: Member, live: Live, now: number): MemberView {
    const { totalBytes, payloadBytes } = this.layout;
    const heard = live.running?.deliveredTo(member.id);
    const loss = heard === undefined || heard.position === 0 ? 0 : Math.max(0, 1 - heard.received / heard.position);
    const known = this.bytesIn(member.missing);
    const unitShare = live.running?.unitShare ?? 1;
    const passed = heard === undefined ? undefined : Math.floor(heard.position * unitShare);
    // With parity more datagrams may arrive than units have gone by.
    const here = Math.min(heard?.received ?? 0, passed ?? 0);
    const missingBytes = known - Math.min(known, here * payloadBytes);
    const progress = totalBytes === 0 ? (member.current ? 0 : 1) : 1 - missingBytes / totalBytes;
    const rate = this.meterOf(member.id).measure(totalBytes - missingBytes, now);
    return {
      id: member.id,
      name: member.name,
      ip: member.ip,
      state: stateOf(member, live.plan.mode, live.number),
      ...(member.why === '' ? {} : { why: member.why }),
      ...(member.outcome === 'failed' ? { help: this.helpFor(member) } : {}),
      current: member.current,
      missingBytes,
      progress: thousandths(progress),
      rate: member.current ? significant(rate) : 0,
      loss: thousandths(loss),
      lossMap: this.mapOf(member, live.number === 0 ? passed : undefined, live.phase === 'finished', now),
    };
  }

  private bytesIn(missing: RangeSet): number {
    const bytes = this.bytes.get(missing) ?? this.layout.bytesIn(missing);
    this.bytes.set(missing, bytes);
    return bytes;
  }

  private meterOf(student: string): RateMeter {
    const meter = this.meters.get(student) ?? new RateMeter();
    this.meters.set(student, meter);
    return meter;
  }

  /** Before its first report a student is known to miss what has not gone by it: `position` units have. */
  private mapOf(member: Member, position: number | undefined, isFinal: boolean, now: number): Uint8Array {
    const last = this.maps.get(member.id);
    if (last !== undefined) {
      if (last.missing === member.missing && last.position === position) return last.map;
      if (!isFinal && now - last.at < MAP_EVERY_MS) return last.map;
    }
    const at = last === undefined ? now - ((this.maps.size * MAP_STAGGER_MS) % MAP_EVERY_MS) : now;
    const map = this.draw(member.missing, position);
    this.maps.set(member.id, { at, missing: member.missing, position, map });
    return map;
  }

  private draw(missing: RangeSet, position: number | undefined): Uint8Array {
    const { totalBytes, payloadBytes } = this.layout;
    if (position !== undefined) return coverageBeyond(position * payloadBytes, totalBytes);
    return coverage(this.layout.toBytes(missing), totalBytes);
  }
}

/** Rounded down: what is not whole is never shown as whole. */
function thousandths(share: number): number {
  return Math.floor(share * 1000) / 1000;
}

/** Three digits: more of them only flicker. */
export function significant(rate: number): number {
  return rate === 0 ? 0 : Number(rate.toPrecision(3));
}
