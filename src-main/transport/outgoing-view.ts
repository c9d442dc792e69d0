import type { TeacherEvent } from '../../src-shared/ipc/events';
import type { FileView, MemberView, RoundView, TransferPhase, TransferView } from '../../src-shared/ipc/snapshots';
import { countMissing, coverage, coverageBeyond } from '../multicast/loss-map';
import { type Member, stateOf } from '../multicast/scorecard';
import type { Sender } from '../multicast/sender';
import { coversOf, filesOf } from './manifest-view';
import type { PreparedTransfer } from './prepared-transfer';

type Live = ReturnType<Sender['view']>;

/** Rates are measured over about this long. */
const RATE_WINDOW_MS = 500;

/** A transfer that waits for its turn. */
export function queuedView({ transfer, offer, layout }: PreparedTransfer): TransferView {
  return {
    id: transfer,
    files: filesOf(offer.manifest),
    covers: coversOf(offer.manifest),
    totalBytes: layout.totalBytes,
    contentBytes: layout.contentBytes,
    phase: 'queued',
    paused: false,
    rate: 0,
    rounds: [],
    permanent: [],
    lossMap: countMissing([]),
    sentBytes: 0,
    resentBytes: 0,
    filledBytes: 0,
    elapsedMs: 0,
  };
}

/** Pictures of a running transfer for windows and terminals, made from the engine's state and the events so far. */
export class OutgoingView {
  private readonly files: readonly FileView[];
  private readonly covers: readonly string[];
  private readonly rounds: RoundView[] = [];
  private roundStartedAt = 0;
  private endedAt: number | undefined;
  private failure: string | undefined;
  private readonly rates = new Map<string, { at: number; bytes: number; rate: number }>();

  constructor(
    private readonly prepared: PreparedTransfer,
    private readonly sender: Sender,
    private readonly startedAt: number,
  ) {
    this.files = filesOf(prepared.offer.manifest);
    this.covers = coversOf(prepared.offer.manifest);
  }

  /** Follows the rounds. */
  note(event: TeacherEvent, now: number): void {
    if (event.event === 'announced') {
      this.closeRound(now);
      this.roundStartedAt = now;
      const { transmission, mode, why, bytes, students } = event;
      this.rounds.push({ transmission, mode, why, bytes, students, state: 'announced', progress: 0, durationMs: 0 });
    }
    if (event.event !== 'finished') return;
    this.closeRound(now);
    this.endedAt = now;
    const reasons = new Set(event.failed.map(({ reason }) => reason));
    if (event.complete.length === 0 && reasons.size === 1) this.failure = [...reasons][0];
  }

  snapshot(now: number): TransferView {
    const live = this.sender.view();
    const permanent = this.sender.scorecard.all.map((member) => this.memberView(member, live, now));
    return {
      id: this.prepared.transfer,
      files: this.files,
      covers: this.covers,
      totalBytes: this.prepared.layout.totalBytes,
      contentBytes: this.prepared.layout.contentBytes,
      phase: this.phaseOf(live),
      paused: live.paused,
      rate: live.rate,
      rounds: this.roundsNow(live, now),
      permanent,
      lossMap: countMissing(permanent.filter(({ current }) => current).map(({ lossMap }) => lossMap)),
      sentBytes: live.number > 0 ? this.prepared.layout.totalBytes : (live.running?.sentBytes ?? 0),
      resentBytes: live.resentBytes,
      filledBytes: live.filledBytes,
      elapsedMs: Math.round((this.endedAt ?? now) - this.startedAt),
      ...(this.failure === undefined ? {} : { failure: this.failure }),
    };
  }

  private memberView(member: Member, live: Live, now: number): MemberView {
    const { layout } = this.prepared;
    const heard = live.running?.deliveredTo(member.id);
    const loss = heard === undefined || heard.position === 0 ? 0 : Math.max(0, 1 - heard.received / heard.position);
    const firstPass = live.number === 0 && live.running !== undefined && heard !== undefined;
    const known = layout.bytesIn(member.missing);
    const arriving = Math.min(known, (heard?.received ?? 0) * layout.payloadBytes);
    const missingBytes = known - arriving;
    return {
      id: member.id,
      name: member.name,
      ip: member.ip,
      state: stateOf(member, live.plan.mode, live.number),
      ...(member.why === '' ? {} : { why: member.why }),
      current: member.current,
      missingBytes,
      progress: layout.totalBytes === 0 ? (member.current ? 0 : 1) : 1 - missingBytes / layout.totalBytes,
      rate: this.rateOf(member, layout.totalBytes - missingBytes, now),
      loss,
      lossMap: firstPass
        ? coverageBeyond(heard.position * layout.payloadBytes, layout.totalBytes)
        : coverage(layout.toBytes(member.missing), layout.totalBytes),
    };
  }

  private rateOf(member: Member, bytes: number, now: number): number {
    const last = this.rates.get(member.id) ?? { at: now, bytes, rate: 0 };
    const elapsed = now - last.at;
    if (elapsed >= RATE_WINDOW_MS) {
      const rate = (Math.max(0, bytes - last.bytes) / elapsed) * 1000;
      this.rates.set(member.id, { at: now, bytes, rate });
      return rate;
    }
    this.rates.set(member.id, last);
    return member.current ? last.rate : 0;
  }

  private phaseOf({ phase }: Live): TransferPhase {
    if (phase === 'finished') return this.failure === undefined ? 'finished' : 'failed';
    if (phase === 'opening' || phase === 'gathering') return 'announcing';
    if (phase === 'transmitting' || phase === 'filling') return 'transmitting';
    return phase === 'waiting' || phase === 'idle' ? 'waiting' : 'reporting';
  }

  private roundsNow(live: Live, now: number): RoundView[] {
    const last = this.rounds.at(-1);
    if (last === undefined || last.state === 'done') return [...this.rounds];
    const sent = live.plan.mode === 'tcp' ? this.filled(live) : (live.running?.sentBytes ?? last.bytes);
    const progress = last.bytes === 0 ? 1 : Math.min(1, sent / last.bytes);
    const state =
      live.phase === 'transmitting' || live.phase === 'filling'
        ? 'running'
        : live.phase === 'reporting'
          ? 'reporting'
          : last.state;
    return [
      ...this.rounds.slice(0, -1),
      { ...last, state, progress, durationMs: Math.round(now - this.roundStartedAt) },
    ];
  }

  /** Of a TCP fill: what its students no longer wait for. */
  private filled(live: Live): number {
    return this.prepared.layout.bytesIn(live.plan.units) * (1 - live.fillsLeft);
  }

  private closeRound(now: number): void {
    const last = this.rounds.pop();
    if (last === undefined) return;
    const durationMs = last.state === 'done' ? last.durationMs : Math.round(now - this.roundStartedAt);
    this.rounds.push({ ...last, state: 'done', progress: 1, durationMs });
  }
}
