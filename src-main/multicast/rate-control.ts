import { EXCESS_LOSS, MAX_RATE, MIN_RATE, RATE_INTERVAL_MS, START_RATE } from './params';

/** One student's delivery over the last interval, in datagrams. */
export interface DeliverySample {
  readonly student: string;
  /** Sequence numbers that went by. */
  readonly passed: number;
  /** Datagrams of those that arrived. */
  readonly received: number;
}

interface Floor {
  /** Loss that does not go away at a lower rate: a bad cable or Wi-Fi, not congestion. */
  loss: number;
  /** Loss seen when the rate was last cut, to compare with what the cut brought. */
  suspect: number | undefined;
}

/** Fewer datagrams than this say nothing about a loss rate. */
const MIN_SAMPLE = 32;

/**
 * The sending rate (PROTOCOL.md section 7.2): doubles while nobody loses more than usual, is cut to what the worst student
 * gets when somebody does, and learns which loss no cut removes.
 */
export class RateControl {
  private current = START_RATE;
  private starting = true;
  private nextAt: number;
  private settling = false;
  private readonly floors = new Map<string, Floor>();

  /** @param ceiling bytes per second that are never exceeded; fixed: a rate that never changes. */
  constructor(
    now: number,
    private readonly options: { readonly fixed?: number; readonly ceiling?: number },
  ) {
    this.nextAt = now + RATE_INTERVAL_MS;
  }

  /** Bytes per second. */
  get rate(): number {
    return this.options.fixed ?? this.current;
  }

  /** When `judge` wants to be called next, in ms. */
  get deadline(): number {
    return this.nextAt;
  }

  /**
   * Judges one interval and sets the rate.
   * @param samples deliveries since the last call, of the students that the rate follows
   * @param used share 0…1 of the rate that the sender really used (the window may have held it)
   */
  judge(samples: readonly DeliverySample[], used: number, now: number): void {
    this.nextAt = now + RATE_INTERVAL_MS;
    const usable = samples.filter((sample) => sample.passed >= MIN_SAMPLE);
    if (usable.length === 0) return;
    // What arrives right after a cut was sent before it.
    if (this.settling) {
      this.settling = false;
      return;
    }
    const excess = Math.max(...usable.map((sample) => this.excessOf(sample)));
    if (excess > 0) this.cut(excess);
    else if (used > 0.7) this.grow();
  }

  private excessOf(sample: DeliverySample): number {
    const loss = Math.max(0, 1 - sample.received / sample.passed);
    const floor = this.floors.get(sample.student) ?? { loss: 0, suspect: undefined };
    this.floors.set(sample.student, floor);
    if (floor.suspect !== undefined) {
      if (loss > 0.7 * floor.suspect) floor.loss = Math.max(floor.loss, loss);
      floor.suspect = undefined;
    }
    if (loss < floor.loss) floor.loss += (loss - floor.loss) / 8;
    const noise = 2 * Math.sqrt(Math.max(0.01, floor.loss) / sample.passed);
    const excess = loss - floor.loss - noise;
    if (excess <= EXCESS_LOSS) return 0;
    floor.suspect = loss;
    return excess;
  }

  private cut(excess: number): void {
    this.starting = false;
    this.settling = true;
    this.current = Math.max(MIN_RATE, this.current * Math.max(0.5, 1 - excess));
  }

  private grow(): void {
    this.current = Math.min(this.options.ceiling ?? MAX_RATE, this.current * (this.starting ? 2 : 1.05));
  }
}
