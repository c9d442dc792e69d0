import { PROACTIVE_MAX } from './params';
import { use } from './parity-planner';
import { chunkRisk, type Proactive, proactiveParity, trailerRepeats } from './proactive-parity';
import { planFirst, planRepair, type RepairPlan, wantsTcp } from './retransmission-planner';
import { type Member, needOf } from './scorecard';
import type { SenderOptions } from './sender-io';
import type { TransferLayout } from './transfer-layout';

/** The planner, with what it has to know of the transfer so far (PROTOCOL.md section 8). */
export class Planning implements Proactive {
  private rounds = 0;
  /** How likely a chunk of the first pass may be left to a round. */
  private risk = 1;
  /** How many parity units of each chunk have been announced (PROTOCOL.md section 8.1). */
  readonly parityUsed: Uint8Array;

  constructor(
    private readonly layout: TransferLayout,
    private readonly options: Pick<SenderOptions, 'repair' | 'by' | 'maxRounds' | 'resumed' | 'found'>,
  ) {
    this.parityUsed = options.resumed?.parityUsed ?? new Uint8Array(layout.chunkCount);
  }

  /** The transmission after number `latest` for these members. */
  next(members: readonly Member[], latest: number): RepairPlan {
    const needy = members.map(needOf);
    const { repair, by = 'multicast' } = this.options;
    if (latest < 0) return planFirst(needy, this.layout, by, repair);
    return planRepair(needy, this.layout, this.plannerOptions);
  }

  /** A transmission to a class of this size begins. */
  begun(plan: RepairPlan, number: number, classSize: number): void {
    if (plan.mode !== 'tcp' && number > 0) this.rounds++;
    use(plan.parity, this.parityUsed, this.layout);
    // What may be sent counts as sent, so that a crash meanwhile does no harm.
    if (plan.proactiveParity === undefined) return;
    this.parityUsed.fill(plan.proactiveParity);
    this.risk = chunkRisk(this.layout, this.options.found, classSize);
  }

  parityAfter(chunk: number, loss: number): number {
    const [start, end] = this.layout.unitsOfChunk(chunk);
    const count = proactiveParity(loss, end - start, this.risk);
    this.parityUsed[chunk] = count;
    return count;
  }

  trailerRepeats(loss: number): number {
    const unused = PROACTIVE_MAX * this.layout.chunkCount - this.parityUsed.reduce((sum, count) => sum + count, 0);
    return trailerRepeats(this.layout, loss, this.risk, unused);
  }

  /** Whether a student that failed should be sent to over TCP, as multicast did not serve it. */
  wantsTcp(member: Member): boolean {
    return member.outcome === 'failed' && wantsTcp(needOf(member), this.layout, this.plannerOptions);
  }

  private get plannerOptions() {
    const { rounds, parityUsed } = this;
    const { repair, by, maxRounds } = this.options;
    return { repair: by === 'tcp' ? 'tcp' : repair, maxRounds, rounds, parityUsed } as const;
  }
}
