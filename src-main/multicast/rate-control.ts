import {
  EXCESS_LOSS,
  MAX_RATE,
  MIN_RATE,
  RATE_INTERVAL_MS,
  START_EXCESS_LOSS,
  START_INTERVAL_MS,
  START_RATE,
} from './params';

/** One student's delivery over the last interval, in datagrams. */
export interface DeliverySample {
  readonly student: string;
  /** Sequence numbers that went by. */
  readonly passed: number;
  /** Datagrams of those that arrived. */
  readonly received: number;
}

/** What is usual for one student. */
interface Usual {
  /** Loss that does not go away at a lower rate: a bad cable or Wi-Fi, not congestion. */
  loss: number;
  /** Its loss, and the bytes per second that arrived, when it began to lose more; undefined while it does not. */
  suspect: { readonly loss: number; readonly delivered: number } | undefined;
}

/** Fewer datagrams than this say nothing about a loss rate. */
const MIN_SAMPLE = 64;
/** …and fewer than this, where some are lost, nothing about whether a burst passed or the line is full. */
const LOSSY_SAMPLE = 512;
/** Standard errors that are still chance, with thirty students judged twenty times a second. */
const CHANCE_ERRORS = 4;
/** Growth in the first interval after a cut, how much it grows with each further one in which nobody loses more, and its most. */
const GROWTH = { first: 1.05, more: 0.015, most: 1.25 };
/** After so many intervals it grows no faster. */
const LONG_QUIET = Math.ceil((GROWTH.most - GROWTH.first) / GROWTH.more);
/** A cut goes this far below what the worst student got, so that its line is surely free. */
const CUT = 0.9;
/** Before the first cut, a student's usual loss is learnt over some so many datagrams. */
const LEARNT_OVER = 512;
/** A cut was in vain where after it at least this share of the loss is still there. */
const VAIN = 0.5;

/**
 * The sending rate (PROTOCOL.md section 7.2): doubles while nobody loses more than usual, is cut to what the worst student
 * gets when somebody does. At a rate that arrived before, what is still lost is not congestion: so each cut also learns
 * which loss is usual. The longer the line has taken what it was given, the faster the rate grows (as in RFC 9438).
 */
export class RateControl {
  private current: number;
  private starting = true;
  /** Nobody lost more than usual when that was last looked at. */
  private isCalm = true;
  /** Intervals since somebody lost more than usual. */
  private quiet = 0;
  private nextAt: number;
  private settling = false;
  /** What the last cut took away, as long as nobody has been found to lose less since. */
  private beforeCut: { readonly rate: number; readonly quiet: number } | undefined;
  private readonly gathered = new Map<string, { passed: number; received: number }>();
  private readonly students = new Map<string, Usual>();

  /**
   * @param options ceiling: bytes per second that are never exceeded; fixed: a rate that never changes; found: the one at which an
   *   earlier transfer to the same room ended
   */
  constructor(
    now: number,
    private readonly options: {
      readonly fixed?: number;
      readonly ceiling?: number;
      readonly found?: number | undefined;
    },
  ) {
    this.nextAt = now + START_INTERVAL_MS;
    this.current = Math.min(startAfter(options.found ?? START_RATE), this.ceiling);
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
    this.decide(samples, used);
    this.nextAt = now + (this.starting && this.isCalm ? START_INTERVAL_MS : RATE_INTERVAL_MS);
  }

  private decide(samples: readonly DeliverySample[], used: number): void {
    // What arrives right after a cut was sent before it.
    if (this.settling) {
      this.settling = false;
      this.gathered.clear();
      return;
    }
    const usable = this.gather(samples);
    if (usable.length === 0) return;
    const sent = this.current * Math.min(1, used);
    const inVain = usable.map((sample) => this.wasCutInVain(sample, sent));
    const limits = usable.flatMap((sample) => this.limitOf(sample, sent) ?? []);
    const limit = Math.min(...limits);
    this.isCalm = limits.length === 0;
    if (inVain.includes(false)) this.beforeCut = undefined;
    if (limit < sent) this.cut(limit);
    if (!this.isCalm) this.quiet = 0;
    else if (inVain.includes(true)) this.undoCut();
    else if (used > 0.7) this.grow();
  }

  /** Adds up what is too little to judge: at a low rate, several intervals make one sample. */
  private gather(samples: readonly DeliverySample[]): DeliverySample[] {
    return samples.flatMap(({ student, ...sample }) => {
      const earlier = this.gathered.get(student);
      const passed = sample.passed + (earlier?.passed ?? 0);
      const received = sample.received + (earlier?.received ?? 0);
      const isClean = 1 - received / passed <= (this.students.get(student)?.loss ?? 0) + EXCESS_LOSS;
      const isEnough = passed >= (isClean ? MIN_SAMPLE : LOSSY_SAMPLE);
      if (isEnough) this.gathered.delete(student);
      else this.gathered.set(student, { passed, received });
      return isEnough ? { student, passed, received } : [];
    });
  }

  /** Whether a student that the cut was for loses as much as before; undefined where there is nothing to be seen yet. */
  private wasCutInVain({ student, passed, received }: DeliverySample, sent: number): boolean | undefined {
    const suspect = this.students.get(student)?.suspect;
    if (suspect === undefined || sent > suspect.delivered) return undefined;
    return 1 - received / passed >= VAIN * suspect.loss;
  }

  /** Bytes per second that a student can take; undefined while it loses no more than usual. */
  private limitOf({ student, passed, received }: DeliverySample, sent: number): number | undefined {
    const loss = Math.max(0, 1 - received / passed);
    const usual = this.students.get(student) ?? { loss: 0, suspect: undefined };
    this.students.set(student, usual);
    const { suspect } = usual;
    if (suspect !== undefined && sent <= suspect.delivered) {
      usual.loss = Math.min(loss, suspect.loss);
      usual.suspect = undefined;
    }
    const delivered = sent * (1 - loss);
    const excess = this.starting ? START_EXCESS_LOSS : EXCESS_LOSS;
    if (loss - usual.loss <= excess + chance(usual.loss, passed)) {
      usual.suspect = undefined;
      if (this.starting) usual.loss += (loss - usual.loss) * (passed / (passed + LEARNT_OVER));
      return undefined;
    }
    // A burst passes; a full line stays full until the next look.
    const isBurst = usual.suspect === undefined;
    usual.suspect ??= { loss, delivered };
    return isBurst ? sent : delivered;
  }

  private cut(delivered: number): void {
    this.beforeCut = { rate: this.current, quiet: this.starting ? LONG_QUIET : this.quiet };
    this.starting = false;
    this.settling = true;
    this.current = Math.max(MIN_RATE, this.current / 2, CUT * delivered);
  }

  /** The loss has nothing to do with the rate: that of before did no harm. */
  private undoCut(): void {
    if (this.beforeCut === undefined) return;
    this.quiet = this.beforeCut.quiet;
    this.current = Math.max(this.current, this.beforeCut.rate);
    this.beforeCut = undefined;
  }

  private grow(): void {
    const growth = Math.min(GROWTH.most, GROWTH.first + GROWTH.more * this.quiet++);
    this.current = Math.min(this.ceiling, this.current * (this.starting ? 2 : growth));
  }

  private get ceiling(): number {
    return this.options.ceiling ?? MAX_RATE;
  }
}

/** Half of what went before, as the class may be another one; where that is little, all of it. */
function startAfter(found: number): number {
  return Math.max(found / 2, Math.min(found, START_RATE));
}

/** How much more than usual may be lost by chance, of so many datagrams. */
function chance(loss: number, passed: number): number {
  return CHANCE_ERRORS * Math.sqrt(Math.max(0.02, loss * (1 - loss)) / passed);
}
