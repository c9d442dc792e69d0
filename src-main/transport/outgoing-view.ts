import type { TeacherEvent } from '../../src-shared/ipc/events';
import type { Help, RoundView, TransferPhase, TransferView } from '../../src-shared/ipc/snapshots';
import { union } from '../../src-shared/ranges/range-set';
import { countMissing } from '../multicast/loss-map';
import type { Member } from '../multicast/scorecard';
import type { Sender } from '../multicast/sender';
import { MemberViews, significant } from './member-views';
import { orderView, type TransferOrder } from './transfer-order';

type Live = ReturnType<Sender['view']>;

/** Pictures of a running transfer for windows and terminals, made from the engine's state and the events so far. */
export class OutgoingView {
  private readonly members: MemberViews;
  private readonly rounds: RoundView[] = [];
  private roundStartedAt = 0;
  private endedAt: number | undefined;
  private failure: string | undefined;
  /** What helps against the failure that ended the whole transfer. */
  private remedy: Help | undefined;

  constructor(
    private readonly order: TransferOrder,
    private readonly sender: Sender,
    private readonly startedAt: number,
  ) {
    this.members = new MemberViews(order.prepared.layout, (member) => this.helpFor(member));
  }

  /** The transfer is about to stop for everybody, and this would help. */
  stopping(remedy: Help): void {
    this.remedy ??= remedy;
  }

  /** Follows the rounds. */
  note(event: TeacherEvent, now: number): void {
    if (event.event === 'announced') this.openRound(event, now);
    if (event.event !== 'finished') return;
    this.closeRound(now);
    this.endedAt = now;
    const reasons = new Set(event.failed.map(({ reason }) => reason));
    if (event.complete.length === 0 && reasons.size === 1) this.failure = [...reasons][0];
  }

  snapshot(now: number): TransferView {
    const live = this.sender.view();
    const permanent = this.sender.scorecard.all.map((member) => this.members.view(member, live, now));
    const help = permanent.find((member) => member.help !== undefined)?.help;
    return {
      ...orderView(this.order),
      phase: this.phaseOf(live),
      paused: live.paused,
      rate: significant(live.rate),
      rounds: this.roundsNow(live, now),
      permanent,
      lossMap: countMissing(permanent.filter(({ current }) => current).map(({ lossMap }) => lossMap)),
      sentBytes: this.sentBytes(live),
      resentBytes: live.resentBytes,
      filledBytes: live.filledBytes,
      elapsedMs: Math.round((this.endedAt ?? now) - this.startedAt),
      ...(this.failure === undefined ? {} : { failure: this.failure, ...(help === undefined ? {} : { help }) }),
    };
  }

  private helpFor(member: Member): Help {
    return this.remedy ?? (this.sender.planning.wantsTcp(member) ? 'tcp' : 'retry');
  }

  private sentBytes(live: Live): number {
    const { totalBytes } = this.order.prepared.layout;
    if (live.number > 0) return totalBytes;
    return live.plan.mode === 'tcp' ? Math.floor(this.filled(live)) : (live.running?.sentBytes ?? 0);
  }

  private phaseOf({ phase }: Live): TransferPhase {
    if (phase === 'finished') return this.failure === undefined ? 'finished' : 'failed';
    if (phase === 'opening' || phase === 'gathering') return 'announcing';
    if (phase === 'transmitting' || phase === 'filling') return 'transmitting';
    return phase === 'waiting' || phase === 'idle' ? 'waiting' : 'reporting';
  }

  private openRound(event: Extract<TeacherEvent, { event: 'announced' }>, now: number): void {
    this.closeRound(now);
    this.roundStartedAt = now;
    const { transmission, mode, why, bytes, students } = event;
    const { layout } = this.order.prepared;
    const missing = students.map((id) => this.sender.scorecard.member(id)?.missing ?? []);
    const unionBytes = layout.bytesIn(union(...missing));
    const apartBytes = missing.reduce((sum, ranges) => sum + layout.bytesIn(ranges), 0);
    const round = { transmission, mode, why, bytes, students, unionBytes, apartBytes };
    this.rounds.push({ ...round, state: 'announced', progress: 0, durationMs: 0 });
  }

  private roundsNow(live: Live, now: number): RoundView[] {
    const last = this.rounds.at(-1);
    if (last === undefined || last.state === 'done') return [...this.rounds];
    const sent = live.plan.mode === 'tcp' ? this.filled(live) : (live.running?.sentBytes ?? last.bytes);
    const progress = last.bytes === 0 ? 1 : Math.min(1, Math.floor((1000 * sent) / last.bytes) / 1000);
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
    return this.order.prepared.layout.bytesIn(live.plan.units) * (1 - live.fillsLeft);
  }

  private closeRound(now: number): void {
    const last = this.rounds.pop();
    if (last === undefined) return;
    const durationMs = last.state === 'done' ? last.durationMs : Math.round(now - this.roundStartedAt);
    this.rounds.push({ ...last, state: 'done', progress: 1, durationMs });
  }
}
