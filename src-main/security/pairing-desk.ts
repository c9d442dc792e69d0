import { makeCode } from './pairing-code';
import { SlowedAddresses } from './slowed-addresses';

/** The desk's source of time, replaced in tests; `now` is monotonic, in ms. */
export interface DeskTime {
  now(): number;
  /** Calls back once after `ms`; the result cancels it. */
  after(ms: number, callback: () => void): () => void;
}

export interface PairingDeskOptions {
  readonly time: DeskTime;
  /** The first code; by default a random one. Null: nobody new is let in before `open`. */
  readonly code?: string | null;
  /** Makes all other codes; replaced in tests. */
  readonly makeCode?: () => string;
  /** Another code is valid from now on; null: nobody new is let in. */
  onCode(code: string | null): void;
}

/**
 * Why somebody has no turn, or has one no more. `closed`: nobody new is let in; `newCode`: the code has changed;
 * `busy`: too many at once, or too often from there; `late`: the handshake took too long.
 */
export type Refusal = 'closed' | 'newCode' | 'busy' | 'late';

/** What the desk tells one who wants to be paired: `begin` at most once, and `refuse` at most once and last. */
export interface Applicant {
  /** Its turn has come; from here on this is one of the code's five tries. */
  begin(code: string): void;
  refuse(refusal: Refusal): void;
}

/** What the door tells the desk: how an applicant's turn ended. Only the first call counts. */
export interface Turn {
  /** It knows the code. */
  proved(): void;
  /** It does not know the code. */
  failed(): void;
  /** Its connection is gone: a try that had begun has failed. */
  left(): void;
}

/** Five guesses at a hundred million codes: one chance in twenty million. */
const MAX_TRIES = 5;
/** Two messages on a local network; slow machines need a tenth of it. */
const TRY_MS = 5_000;
/** How long somebody waits for a turn: thirty students at once need less than a second. */
const MAX_WAIT_MS = 12_000;
const MAX_WAITING = 96;
/** So that no address can fill the queue; of the tries it gets one at a time. */
const MAX_WAITING_OF_ADDRESS = 32;
/**
 * Nobody reads and types eight digits faster. Whoever comes sooner after a code was used up has typed the old one: that must
 * not use up the new one, and guessing stays slow from however many addresses it comes.
 */
const NEW_CODE_MS = 5_000;

interface Visit {
  readonly address: string;
  readonly applicant: Applicant;
  cancelTimer: () => void;
}

/**
 * Who may try the room's code, and when (PROTOCOL.md section 6.5). A try counts from the moment that the teacher answers
 * with its share until it is proved right: no more than five of a code are ever failed or under way. After the fifth
 * failure a new code comes. Who comes while all are under way waits for a while.
 */
export class PairingDesk {
  private current: string | null;
  private failures = 0;
  private readonly trying = new Set<Visit>();
  private readonly waiting = new Set<Visit>();
  private readonly slowed: SlowedAddresses;
  private freshUntil = Number.NEGATIVE_INFINITY;
  private cancelRetry = () => {};

  constructor(private readonly options: PairingDeskOptions) {
    this.slowed = new SlowedAddresses();
    this.current = options.code === undefined ? this.makeCode() : options.code;
  }

  /** What students type now; null while nobody new is let in. */
  get code(): string | null {
    return this.current;
  }

  /** Lets new students in, with a new code; nothing changes where they are let in already. */
  open(): void {
    if (this.current === null) this.replaceCode(this.makeCode(), 'newCode');
  }

  /** Lets nobody new in; whoever is waiting or in the middle of it is told. */
  close(): void {
    if (this.current !== null) this.replaceCode(null, 'closed');
  }

  /** Replaces the code, as the teacher wishes; does nothing while the desk is closed. */
  renew(): void {
    if (this.current !== null) this.replaceCode(this.makeCode(), 'newCode');
  }

  /** Somebody at this address has sent its share. */
  enter(address: string, applicant: Applicant): Turn {
    const visit: Visit = { address, applicant, cancelTimer: () => {} };
    const refusal = this.refusalFor(address);
    if (refusal === undefined) this.queue(visit);
    else applicant.refuse(refusal);
    return {
      proved: () => this.finish(visit, true),
      failed: () => this.finish(visit, false),
      left: () => this.leave(visit),
    };
  }

  private makeCode(): string {
    return (this.options.makeCode ?? makeCode)();
  }

  private refusalFor(address: string): Refusal | undefined {
    const now = this.options.time.now();
    if (this.current === null) return 'closed';
    if (now < this.freshUntil) return 'newCode';
    const ofAddress = count(this.waiting, address);
    const isFull = this.waiting.size >= MAX_WAITING || ofAddress >= MAX_WAITING_OF_ADDRESS;
    return isFull || this.slowed.notBefore(address) - now > MAX_WAIT_MS ? 'busy' : undefined;
  }

  private queue(visit: Visit): void {
    this.waiting.add(visit);
    visit.cancelTimer = this.options.time.after(MAX_WAIT_MS, () => {
      if (this.waiting.delete(visit)) visit.applicant.refuse('busy');
    });
    this.serve();
  }

  /** Gives turns to those who wait, in order of arrival, as far as there are any. */
  private serve(): void {
    this.cancelRetry();
    // Asked once: a delay that ran out between two questions would leave its visitor neither served nor waited for.
    const now = this.options.time.now();
    for (const visit of this.waiting) {
      if (this.trying.size + this.failures >= MAX_TRIES || this.current === null) return;
      if (this.mayTry(visit.address, now)) this.begin(visit, this.current);
    }
    this.serveLater(now);
  }

  private mayTry(address: string, now: number): boolean {
    return this.slowed.notBefore(address) <= now && count(this.trying, address) === 0;
  }

  /** Those who wait because of earlier failures have nobody's end to wait for. */
  private serveLater(now: number): void {
    const times = [...this.waiting].map(({ address }) => this.slowed.notBefore(address)).filter((at) => at > now);
    if (times.length > 0) this.cancelRetry = this.options.time.after(Math.min(...times) - now, () => this.serve());
  }

  private begin(visit: Visit, code: string): void {
    this.waiting.delete(visit);
    this.trying.add(visit);
    visit.cancelTimer();
    visit.cancelTimer = this.options.time.after(TRY_MS, () => {
      this.finish(visit, false);
      visit.applicant.refuse('late');
    });
    visit.applicant.begin(code);
  }

  private leave(visit: Visit): void {
    visit.cancelTimer();
    this.waiting.delete(visit);
    this.finish(visit, false);
  }

  private finish(visit: Visit, isRight: boolean): void {
    if (!this.trying.delete(visit)) return;
    visit.cancelTimer();
    if (!isRight) this.countFailure(visit.address);
    this.serve();
  }

  private countFailure(address: string): void {
    const now = this.options.time.now();
    this.slowed.failed(address, now);
    this.failures++;
    if (this.failures < MAX_TRIES) return;
    this.freshUntil = now + NEW_CODE_MS;
    this.replaceCode(this.makeCode(), 'newCode');
  }

  /** Whoever is waiting or trying has typed the old code. */
  private replaceCode(code: string | null, refusal: Refusal): void {
    this.current = code;
    this.failures = 0;
    const told = [...this.trying, ...this.waiting];
    this.trying.clear();
    this.waiting.clear();
    this.cancelRetry();
    for (const visit of told) {
      visit.cancelTimer();
      visit.applicant.refuse(refusal);
    }
    this.options.onCode(code);
  }
}

function count(visits: Iterable<Visit>, address: string): number {
  let found = 0;
  for (const visit of visits) if (visit.address === address) found++;
  return found;
}
