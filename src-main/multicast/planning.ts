import { use } from './parity-planner';
import { proactiveParity } from './proactive-parity';
import { planFirst, planRepair, type RepairPlan, wantsTcp } from './retransmission-planner';
import { type Member, needOf } from './scorecard';
import type { SenderOptions } from './sender-io';
import type { TransferLayout } from './transfer-layout';

/** The planner, with what it has to know of the transfer so far (PROTOCOL.md section 8). */
export class Planning {
  private rounds = 0;
  /** How many parity units of each block have been announced (PROTOCOL.md section 8.1). */
  readonly parityUsed: Uint8Array;

  constructor(
    private readonly layout: TransferLayout,
    private readonly options: Pick<SenderOptions, 'repair' | 'by' | 'maxRounds' | 'resumed'>,
  ) {
    this.parityUsed = options.resumed?.parityUsed ?? new Uint8Array(layout.blockCount);
  }

  /**
   * The transmission after number `latest` for these members.
   * @param canCode everybody who will hear of it understands parity
   */
  next(members: readonly Member[], latest: number, canCode: boolean): RepairPlan {
    const needy = members.map(needOf);
    const { repair, by = 'multicast' } = this.options;
    if (latest < 0) return planFirst(needy, this.layout, by, canCode && repair === 'auto');
    const parityUsed = canCode ? this.parityUsed : undefined;
    return planRepair(needy, this.layout, { ...this.plannerOptions, parityUsed });
  }

  /** A transmission begins. */
  begun(plan: RepairPlan, number: number): void {
    if (plan.mode !== 'tcp' && number > 0) this.rounds++;
    use(plan.parity, this.parityUsed, this.layout);
    // What may be sent counts as sent, so that a crash meanwhile does no harm.
    if (plan.proactiveParity !== undefined) this.parityUsed.fill(plan.proactiveParity);
  }

  /** How many parity units follow a block in the first pass: these are used from now on, and no others of it. */
  proactiveParity(block: number, loss: number): number {
    const [start, end] = this.layout.unitsOfBlock(block);
    const count = proactiveParity(loss, end - start);
    this.parityUsed[block] = count;
    return count;
  }

  /** Whether a student that failed should be sent to over TCP, as multicast did not serve it. */
  wantsTcp(member: Member): boolean {
    return member.outcome === 'failed' && wantsTcp(needOf(member), this.layout, this.plannerOptions);
  }

  private get plannerOptions() {
    const { repair, by, maxRounds } = this.options;
    return { repair: by === 'tcp' ? 'tcp' : repair, maxRounds, rounds: this.rounds, parityUsed: undefined } as const;
  }
}
