import { randomBytes } from 'node:crypto';
import type { DoctorView } from '../../src-shared/ipc/snapshots';
import type { ProbeReport } from '../../src-shared/wire/messages';
import { Examination, type ExaminationOptions, type ExaminationPlan } from './examination';

export interface DoctorOptions {
  readonly group: string;
  readonly port: number;
  readonly ttl: number;
  readonly plan?: ExaminationPlan;
  /** Of the interface that the class is on. @throws InterfaceError */
  interface(): string;
  /** Everybody who is in the room. */
  students(): ExaminationOptions['students'];
  isSending(): boolean;
  /** ms since 1970. */
  now(): number;
}

/** The network cannot be examined now; the message says why. */
export class DoctorError extends Error {
  override readonly name = 'DoctorError';
}

/** The room's network doctor: one examination at a time, and the last one's result (PROTOCOL.md section 5.5). */
export class Doctor {
  private examination: Examination | undefined;
  /** From the question whether one may begin to its end. */
  private isUnderWay = false;

  constructor(private readonly options: DoctorOptions) {}

  /**
   * Begins an examination, whose progress and result are in `view`; the promise is there when it is under way.
   * @throws DoctorError, InterfaceError, DataChannelError
   */
  async examine(): Promise<void> {
    this.requireQuiet();
    this.isUnderWay = true;
    try {
      this.examination = await this.open();
    } catch (error) {
      this.isUnderWay = false;
      throw error;
    }
    // A room that closes stops it: nobody waits for its result.
    void this.examination
      .run()
      .catch(() => {})
      .finally(() => {
        this.isUnderWay = false;
      });
  }

  /** Whether an examination is under way, which anything that is sent would disturb. */
  get isExamining(): boolean {
    return this.isUnderWay;
  }

  receive(student: string, report: ProbeReport): void {
    this.examination?.receive(student, report);
  }

  left(student: string): void {
    this.examination?.left(student);
  }

  get view(): DoctorView | null {
    return this.examination?.view() ?? null;
  }

  close(): void {
    this.examination?.stop();
  }

  private open(): Promise<Examination> {
    const { group, port, ttl, plan, now } = this.options;
    const students = this.options.students();
    if (students.size === 0) throw new DoctorError('Nobody is in the room: there is no network to examine yet.');
    return Examination.open({
      ...{ group, port, ttl, students },
      id: randomBytes(8).toString('hex'),
      interface: this.options.interface(),
      startedAt: now(),
      ...(plan === undefined ? {} : { plan }),
    });
  }

  private requireQuiet(): void {
    if (this.options.isSending()) {
      throw new DoctorError('Something is being sent. Wait until it is over: the examination would disturb it.');
    }
    if (this.isExamining) throw new DoctorError('The network is being examined already.');
  }
}
