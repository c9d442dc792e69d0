import { setTimeout as sleep } from 'node:timers/promises';
import type { DoctorView } from '../../src-shared/ipc/snapshots';
import { PROBE, splitTransferId, writeHeader } from '../../src-shared/wire/data-datagram';
import type { Probe, ProbeReport } from '../../src-shared/wire/messages';
import { diagnose, type Hearing } from '../multicast/diagnosis';
import type { DataSender } from './data-channel';
import { openSender } from './dgram-channel';

/** How an examination goes: by default some 4 s, 60 probes at 30 a second and then 600 at 5.8 Mbit/s. */
export interface ExaminationPlan {
  /** Students join the group meanwhile, and switches learn of it. */
  readonly settleMs: number;
  readonly stepMs: number;
  readonly slow: number;
  readonly fast: number;
  /** Probes in one step of the fast part; a slow step has one. */
  readonly burst: number;
  /** For the last probes to arrive, and then for the last reports. */
  readonly patienceMs: number;
}

const PLAN: ExaminationPlan = { settleMs: 800, stepMs: 33, slow: 60, fast: 600, burst: 20, patienceMs: 1000 };
const PROBE_BYTES = 1200;

export interface ExaminationOptions {
  /** 16 hex digits that nobody can guess. */
  readonly id: string;
  readonly group: string;
  readonly port: number;
  readonly interface: string;
  readonly ttl: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Everybody who is in the room, each with its way there. */
  readonly students: ReadonlyMap<string, (probe: Probe) => void>;
  readonly plan?: ExaminationPlan;
}

/** The teacher's side of an examination of the network (PROTOCOL.md section 5.5). */
export class Examination {
  private readonly plan: ExaminationPlan;
  private readonly hearings = new Map<string, Hearing>();
  private readonly awaited: Set<string>;
  private allHeard = () => {};
  private isDone = false;
  private readonly stopped = new AbortController();

  private constructor(
    private readonly options: ExaminationOptions,
    private readonly sender: DataSender,
  ) {
    this.plan = options.plan ?? PLAN;
    this.awaited = new Set(options.students.keys());
  }

  /** Opens the group. @throws DataChannelError */
  static async open(options: ExaminationOptions): Promise<Examination> {
    return new Examination(options, await openSender(options));
  }

  /** Asks every student to listen, sends the probes and waits for the reports; those who have not answered in time never will. Rejects when stopped. */
  async run(): Promise<void> {
    try {
      await this.probeAll();
      await this.reports();
    } finally {
      this.isDone = true;
      this.stop();
    }
  }

  stop(): void {
    this.stopped.abort();
  }

  receive(student: string, report: ProbeReport): void {
    if (report.id === this.options.id && this.awaited.has(student)) this.note(student, report);
  }

  left(student: string): void {
    if (this.awaited.has(student)) this.note(student, 'gone');
  }

  /** What is known so far: the verdicts need everybody's answer. */
  view(): DoctorView {
    const { startedAt, interface: address, students } = this.options;
    const hearing = (student: string): [string, Hearing] => [student, this.hearings.get(student) ?? 'silent'];
    return {
      state: this.isDone ? 'done' : 'running',
      startedAt,
      interface: address,
      students: this.isDone ? diagnose(this.plan, new Map([...students.keys()].map(hearing))) : [],
    };
  }

  private async probeAll(): Promise<void> {
    const { settleMs, slow, fast, burst } = this.plan;
    try {
      for (const tell of this.options.students.values()) tell(this.probe);
      await this.sleep(settleMs);
      await this.send({ from: 0, to: slow, atOnce: 1 });
      await this.send({ from: slow, to: slow + fast, atOnce: burst });
    } finally {
      await this.sender.close();
    }
  }

  private async reports(): Promise<void> {
    const whenHeard = new Promise<void>((resolve) => {
      this.allHeard = resolve;
    });
    if (this.awaited.size > 0) await Promise.race([whenHeard, this.sleep(2 * this.plan.patienceMs)]);
  }

  private get probe(): Probe {
    const { id, group, port } = this.options;
    const { settleMs, stepMs, slow, fast, burst, patienceMs } = this.plan;
    const listenMs = settleMs + stepMs * (slow + Math.ceil(fast / burst)) + patienceMs;
    return { type: 'probe', id, group, port, slow, fast, listenMs };
  }

  private async send({ from, to, atOnce }: { from: number; to: number; atOnce: number }): Promise<void> {
    for (let sequence = from; sequence < to; sequence++) {
      this.sender.send(probeDatagram(this.options.id, sequence));
      if ((sequence + 1 - from) % atOnce === 0) await this.sleep(this.plan.stepMs);
    }
  }

  private sleep(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.stopped.signal });
  }

  private note(student: string, hearing: Hearing): void {
    this.awaited.delete(student);
    this.hearings.set(student, hearing);
    if (this.awaited.size === 0) this.allHeard();
  }
}

function probeDatagram(id: string, sequence: number): Uint8Array {
  const bytes = new Uint8Array(PROBE_BYTES);
  const header = { kind: PROBE, transmission: 0, ...splitTransferId(id), sequence, offset: 0 } as const;
  writeHeader(bytes, header);
  return bytes;
}
