import {
  EXCESS_LOSS,
  LONGEST_QUEUE_MS,
  MAX_RATE,
  MIN_RATE,
  QUEUE_MS,
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
  /** The fewest datagrams that had been sent and not gone by when it reported. */
  readonly ahead: number;
}

/** Deliveries over so many ms. */
type Delivery = Omit<DeliverySample, 'student'> & { readonly ms: number };
type StudentDelivery = DeliverySample & Delivery;

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
/** Growth in the first interval after a cut, and how much more in each further one in which nobody loses more. */
const FREE = { growth: 0.05, more: 0.015 };
/** Where there was a queue: then half a second fills an idle line again, and TCP, which grows no faster, gets on beside it. */
const SHARED = { growth: 0, more: 0.003 };
const MOST_GROWTH = 0.25;
/** After so many intervals it grows no faster. */
const LONG_QUIET = Math.ceil((MOST_GROWTH - FREE.growth) / FREE.more);
/** A cut goes this far below what the worst student got, so that its line is surely free. */
const CUT = 0.9;
/** Before the first cut, a student's usual loss is learnt over some so many datagrams. */
const LEARNT_OVER = 512;
/** Losses of which little is known come in bursts: their variance is this at least. */
const BURSTY_VARIANCE = 0.02;
/** A cut was in vain where after it at least this share of the loss is still there. */
const VAIN = 0.5;

/**
 * The sending rate (PROTOCOL.md section 7.2): doubles while nobody loses more than usual, is cut to what the worst student
 * gets when somebody does; where datagrams queue, at the first loss, as TCP is. At a rate that arrived before, what is still lost is
 * not congestion: so each cut also learns which loss is usual. The longer the line has taken what it was given, the faster the rate grows (as in RFC 9438).
 */
export class RateControl {
  private current: number;
  private starting = true;
  /** Nobody lost more than usual when that was last looked at. */
  private isCalm = true;
  /** What the last cut told of the line. */
  private line = FREE;
  /** Intervals since somebody lost more than usual, or since there was a queue in the line that was shared. */
  private quiet = 0;
  private nextAt: number;
  private judgedAt: number;
  private settledAt = Number.NEGATIVE_INFINITY;
  /** What the last cut took away, as long as nobody has been found to lose less since. */
  private beforeCut: { readonly rate: number; readonly line: typeof FREE; readonly quiet: number } | undefined;
  private readonly gathered = new Map<string, Delivery>();
  private readonly students = new Map<string, Usual>();

  /**
   * @param payloadBytes of a datagram
   * @param options ceiling: bytes per second that are never exceeded; fixed: a rate that never changes; found: the one at which an
   *   earlier transfer to the same room ended
   */
  constructor(
    now: number,
    private readonly payloadBytes: number,
    private readonly options: {
      readonly fixed?: number;
      readonly ceiling?: number;
      readonly found?: number | undefined;
    },
  ) {
    this.judgedAt = now;
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
    this.decide(samples, used, now);
    this.judgedAt = now;
    this.nextAt = now + (this.starting && this.isCalm ? START_INTERVAL_MS : RATE_INTERVAL_MS);
  }

  private decide(samples: readonly DeliverySample[], used: number, now: number): void {
    // What arrives right after a cut was sent before it.
    if (now <= this.settledAt) {
      this.gathered.clear();
      return;
    }
    const usable = this.gather(samples, now - this.judgedAt);
    if (usable.length === 0) return;
    const sent = this.current * Math.min(1, used);
    const late = Math.max(...usable.map(lateness));
    const inVain = usable.map((sample) => this.wasCutInVain(sample, sent));
    const limits = usable.flatMap((sample) => this.limitOf(sample, sent) ?? []);
    const limit = Math.min(...limits);
    this.isCalm = limits.length === 0;
    if (inVain.includes(false)) this.beforeCut = undefined;
    if (limit < Number.POSITIVE_INFINITY) this.cut(limit, late, now);
    if (!this.isCalm || (this.line === SHARED && late > QUEUE_MS)) this.quiet = 0;
    if (!this.isCalm) return;
    if (inVain.includes(true)) this.undoCut();
    else if (used > 0.7) this.grow(late);
  }

  /** Adds up what is too little to judge: at a low rate, several intervals make one sample. */
  private gather(samples: readonly DeliverySample[], interval: number): StudentDelivery[] {
    return samples.flatMap(({ student, ...sample }) => {
      const earlier = this.gathered.get(student);
      const passed = sample.passed + (earlier?.passed ?? 0);
      const received = sample.received + (earlier?.received ?? 0);
      const ahead = Math.min(sample.ahead, earlier?.ahead ?? Number.POSITIVE_INFINITY);
      const delivery = { passed, received, ahead, ms: interval + (earlier?.ms ?? 0) };
      const isClean = 1 - received / passed <= (this.students.get(student)?.loss ?? 0) + EXCESS_LOSS;
      const isEnough = passed >= (isClean || isQueued(delivery) ? MIN_SAMPLE : LOSSY_SAMPLE);
      if (isEnough) this.gathered.delete(student);
      else this.gathered.set(student, delivery);
      return isEnough ? { student, ...delivery } : [];
    });
  }

  /** Whether a student that the cut was for loses as much as before; undefined where there is nothing to be seen yet. */
  private wasCutInVain({ student, ...delivery }: StudentDelivery, sent: number): boolean | undefined {
    const suspect = this.students.get(student)?.suspect;
    if (suspect === undefined || sent > suspect.delivered || isQueued(delivery)) return undefined;
    return 1 - delivery.received / delivery.passed >= VAIN * suspect.loss;
  }

  /** Bytes per second that a student can take, infinite while that is to be seen; undefined while it loses no more than usual. */
  private limitOf({ student, ...delivery }: StudentDelivery, sent: number): number | undefined {
    const { passed, received } = delivery;
    const loss = Math.max(0, 1 - received / passed);
    const usual = this.students.get(student) ?? { loss: 0, suspect: undefined };
    this.students.set(student, usual);
    const { suspect } = usual;
    const isFull = isQueued(delivery);
    if (suspect !== undefined && sent <= suspect.delivered && !isFull) {
      usual.loss = Math.min(loss, suspect.loss);
      usual.suspect = undefined;
    }
    if (loss - usual.loss <= this.tolerated(usual.loss, passed, isFull)) {
      usual.suspect = undefined;
      if (this.starting && !isFull) usual.loss += (loss - usual.loss) * (passed / (passed + LEARNT_OVER));
      return undefined;
    }
    const delivered = sent * (1 - loss);
    // A burst passes; a full line stays full until the next look.
    const isBurst = usual.suspect === undefined;
    usual.suspect ??= { loss, delivered };
    if (isFull) return Math.max(delivered, (received * this.payloadBytes) / (delivery.ms / 1000));
    return isBurst ? Number.POSITIVE_INFINITY : Math.max(delivered, this.current / 2 / CUT);
  }

  /** Loss above the usual that is not yet congestion, of so many datagrams. */
  private tolerated(usual: number, passed: number, isFull: boolean): number {
    if (this.starting) return START_EXCESS_LOSS + chance(usual, passed, BURSTY_VARIANCE);
    return isFull ? chance(usual, passed) : EXCESS_LOSS + chance(usual, passed, BURSTY_VARIANCE);
  }

  private cut(limit: number, late: number, now: number): void {
    this.beforeCut = { rate: this.current, line: this.line, quiet: this.starting ? LONG_QUIET : this.quiet };
    this.starting = false;
    this.settledAt = now + RATE_INTERVAL_MS + Math.min(late, LONGEST_QUEUE_MS);
    this.line = late > QUEUE_MS ? SHARED : FREE;
    this.current = Math.max(MIN_RATE, CUT * Math.min(limit, this.current));
  }

  /** The loss has nothing to do with the rate: that of before did no harm. */
  private undoCut(): void {
    if (this.beforeCut === undefined) return;
    this.line = this.beforeCut.line;
    this.quiet = this.beforeCut.quiet;
    this.current = Math.max(this.current, this.beforeCut.rate);
    this.beforeCut = undefined;
  }

  private grow(late: number): void {
    const { growth: first, more } = this.line;
    const growth = this.starting ? 1 : Math.min(MOST_GROWTH, first + more * this.quiet++);
    this.current = Math.min(this.ceiling, this.current * (1 + growth) + this.leastGrowth(late));
  }

  /** As TCP grows, by a datagram in each round trip, which is longer where there is a queue; bytes per second. */
  private leastGrowth(late: number): number {
    const roundTrip = Math.max(RATE_INTERVAL_MS, late) / 1000;
    return this.starting ? 0 : (this.payloadBytes * (RATE_INTERVAL_MS / 1000)) / roundTrip ** 2;
  }

  private get ceiling(): number {
    return this.options.ceiling ?? MAX_RATE;
  }
}

/** Half of what went before, as the class may be another one; where that is little, all of it. */
function startAfter(found: number): number {
  return Math.max(found / 2, Math.min(found, START_RATE));
}

/** How long the newest report's datagrams had waited, at the rate at which they go by; ms. */
function lateness({ passed, ahead, ms }: Delivery): number {
  return (ahead / passed) * ms;
}

function isQueued(delivery: Delivery): boolean {
  return lateness(delivery) > QUEUE_MS;
}

/** How much more than usual may be lost by chance, of so many datagrams. */
function chance(loss: number, passed: number, leastVariance = 0): number {
  return CHANCE_ERRORS * Math.sqrt(Math.max(leastVariance, loss * (1 - loss)) / passed);
}
