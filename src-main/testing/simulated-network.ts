import type { StudentEvent, TeacherEvent } from '../../src-shared/ipc/events';
import { serialAdd } from '../../src-shared/ranges/serial-number';
import { HEADER_BYTES, writeHeader } from '../../src-shared/wire/data-datagram';
import type { StudentMessage, TeacherMessage } from '../../src-shared/wire/messages';
import { missingOnReturn } from '../multicast/missing-on-return';
import { Receiver } from '../multicast/receiver';
import type { RepairPolicy, Way } from '../multicast/retransmission-planner';
import { Sender } from '../multicast/sender';
import type { DueRun, Found } from '../multicast/sender-io';
import { SimulatedSource, SimulatedStore } from './simulated-transfer';
import { VirtualClock } from './virtual-clock';

/** One student's links and fate. Times in ms, probabilities 0…1. */
export interface SimulatedStudent {
  readonly loss: number;
  /** Mean length of a loss burst, in datagrams; 1 is independent loss. */
  readonly burst: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly delay: number;
  readonly joinsAt: number;
  /** Cut off at this time… */
  readonly cutAt?: number;
  /** …and back after so long; never when absent. */
  readonly backAfter?: number;
  readonly crashes?: boolean;
}

export interface SimulatedRun {
  readonly contentBytes: number;
  readonly payloadBytes: number;
  readonly students: readonly SimulatedStudent[];
  readonly repair: RepairPolicy;
  readonly by: Way;
  readonly maxRounds: number;
  readonly rate: 'auto' | number;
  /** What an earlier transfer found. */
  readonly found?: Found;
  /** Forged datagrams with a right header and wrong bytes, as a share of the true ones. */
  readonly forged: number;
}

/** What a run ended with. */
export interface SimulatedResult {
  readonly ended: boolean;
  readonly events: readonly (TeacherEvent & { at: number })[];
  readonly studentEvents: readonly (readonly StudentEvent[])[];
  /** Per student: its bytes are those of the teacher. */
  readonly identical: readonly boolean[];
}

const TRANSFER = '00112233aabbccdd';
const SOURCE = { address: '10.0.0.254', port: 40_000 };
const TIME_LIMIT_MS = 30 * 60_000;
/** Datagrams that the driver wants at once. */
const MOST_AT_ONCE = 64;

/** Runs a whole transfer on virtual time over a seeded network. */
export function simulate(run: SimulatedRun, random: () => number): SimulatedResult {
  const room = new SimulatedRoom(run, random);
  return room.run();
}

class SimulatedRoom {
  private readonly clock = new VirtualClock();
  private readonly source: SimulatedSource;
  private readonly sender: Sender;
  private readonly events: (TeacherEvent & { at: number })[] = [];
  private readonly students: StudentHost[];
  private timerAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly options: SimulatedRun,
    private readonly random: () => number,
  ) {
    this.source = new SimulatedSource(options.contentBytes, options.payloadBytes, random);
    const { layout } = this.source;
    this.sender = new Sender(
      layout,
      {
        transfer: TRANSFER,
        offer: {
          manifest: { files: [{ path: ['a'], size: options.contentBytes, modified: 0 }], covers: [] },
          key: '',
          payloadBytes: options.payloadBytes,
        },
        group: '239.255.0.1',
        port: 5000,
        repair: options.repair,
        by: options.by,
        maxRounds: options.maxRounds,
        rate: options.rate,
        found: options.found,
      },
      0,
    );
    this.students = options.students.map(
      (student, i) => new StudentHost(i, student, this.source, this.clock, random, this),
    );
  }

  run(): SimulatedResult {
    for (const student of this.students) if (student.options.joinsAt === 0) this.enroll(student);
    this.sender.start(0);
    this.pump();
    for (const student of this.students) this.scheduleFate(student);
    const ended = this.clock.run(() => this.sender.isFinished, TIME_LIMIT_MS);
    return {
      ended,
      events: this.events,
      studentEvents: this.students.map((student) => student.events),
      identical: this.students.map((student) => Buffer.compare(student.store.space, this.source.space) === 0),
    };
  }

  /** Student -> teacher, over the control channel. */
  deliver(student: StudentHost, connection: number, message: StudentMessage, attachment: Uint8Array): void {
    if (student.connection !== connection) return;
    this.sender.receive(student.id, message, attachment, this.clock.now);
    this.pump();
  }

  progress(student: StudentHost, connection: number, progress: Parameters<Sender['progress']>[1]): void {
    if (student.connection !== connection) return;
    this.sender.progress(student.id, progress);
    this.pump();
  }

  private enroll(student: StudentHost): void {
    student.connect();
    const held = student.held();
    this.sender.enroll({ id: student.id, name: student.id, ip: '10.0.0.1' }, held, this.clock.now);
  }

  private scheduleFate(student: StudentHost): void {
    const { joinsAt, cutAt, backAfter } = student.options;
    if (joinsAt > 0) this.clock.schedule(joinsAt, () => this.arrive(student));
    if (cutAt === undefined) return;
    this.clock.schedule(joinsAt + cutAt, () => {
      student.cut();
      this.sender.disconnected(student.id, undefined, this.clock.now);
      this.pump();
      if (backAfter !== undefined) this.clock.schedule(this.clock.now + backAfter, () => this.arrive(student));
    });
  }

  private arrive(student: StudentHost): void {
    this.enroll(student);
    this.pump();
  }

  private pump(): void {
    const now = this.clock.now;
    for (;;) {
      const outputs = this.sender.outputs();
      for (const output of outputs) {
        if (output.kind === 'event') this.events.push({ ...output.event, at: now });
        if (output.kind === 'openData')
          this.clock.schedule(now, () => this.afterwards(() => this.sender.dataOpened(SOURCE, this.clock.now)));
        if (output.kind === 'findRoot')
          this.clock.schedule(now + 1, () =>
            this.afterwards(() => this.sender.rootKnown(this.source.root, this.clock.now)),
          );
        if (output.kind === 'message')
          this.student(output.to).hear(output.message, output.attachment ?? new Uint8Array());
        if (output.kind === 'fill') this.fill(output.to);
      }
      const run = this.sender.nextRun(MOST_AT_ONCE, now);
      if (run === undefined && outputs.length === 0) break;
      if (run === undefined) continue;
      this.sendRun(run);
      this.sender.runSent(run, now);
    }
    this.rearm(now);
  }

  private sendRun({ header, step, first, count }: DueRun): void {
    for (let i = 0; i < count; i++) {
      const payload = first === undefined ? new Uint8Array() : this.source.payload(first + i);
      const bytes = new Uint8Array(HEADER_BYTES + payload.length);
      writeHeader(bytes, { ...header, sequence: serialAdd(header.sequence, i), offset: header.offset + i * step });
      bytes.set(payload, HEADER_BYTES);
      this.multicast(bytes);
    }
  }

  private afterwards(action: () => void): void {
    action();
    this.pump();
  }

  private multicast(bytes: Uint8Array): void {
    for (const student of this.students) student.carry(bytes);
    if (bytes.length === HEADER_BYTES || this.random() >= this.options.forged) return;
    const forged = bytes.map((byte, i) => (i < HEADER_BYTES ? byte : byte ^ 0xff));
    for (const student of this.students) student.carry(forged);
  }

  private fill(id: string): void {
    const student = this.student(id);
    for (;;) {
      const due = this.sender.nextFill(id, this.clock.now);
      if (due === undefined) return;
      const payloads = Array.from({ length: due.count }, (_, i) => this.source.payload(due.first + i));
      student.hear(
        { type: 'fill', transfer: TRANSFER, transmission: due.transmission, unit: due.first },
        Buffer.concat(payloads),
      );
      this.sender.fillSent(id, this.clock.now);
    }
  }

  private student(id: string): StudentHost {
    const student = this.students[Number(id)];
    if (student === undefined) throw new Error(`no student ${id}`);
    return student;
  }

  private rearm(now: number): void {
    const at = this.sender.deadline(now);
    if (at === undefined || at >= this.timerAt) return;
    this.timerAt = at;
    this.clock.schedule(at, () => {
      if (this.timerAt !== at) return;
      this.timerAt = Number.POSITIVE_INFINITY;
      this.sender.timeout(this.clock.now);
      this.pump();
    });
  }
}

class StudentHost {
  readonly id: string;
  readonly events: StudentEvent[] = [];
  /** Counts connections: what an old one carried is lost. */
  connection = 0;
  store: SimulatedStore;
  private receiver: Receiver | undefined;
  private complete = false;
  private bursting = false;
  private timerAt = Number.POSITIVE_INFINITY;

  constructor(
    index: number,
    readonly options: SimulatedStudent,
    private readonly source: SimulatedSource,
    private readonly clock: VirtualClock,
    private readonly random: () => number,
    private readonly room: SimulatedRoom,
  ) {
    this.id = String(index);
    this.store = new SimulatedStore(source.layout);
  }

  connect(): void {
    this.connection++;
    this.receiver ??= new Receiver(this.complete ? [TRANSFER] : []);
    this.receiver.connected('10.0.0.1');
  }

  held(): { complete: boolean; missing: ReturnType<SimulatedStore['missing']> } | undefined {
    return this.connection === 1
      ? undefined
      : { complete: this.complete, missing: missingOnReturn(this.store.missing(), this.source.layout.unitCount) };
  }

  cut(): void {
    this.connection++;
    this.receiver?.disconnected();
    this.pump();
    if (this.options.crashes === true) this.receiver = undefined;
  }

  /** Teacher -> student, over the control channel. */
  hear(message: TeacherMessage, attachment: Uint8Array): void {
    const { connection } = this;
    this.later(() => {
      if (connection !== this.connection) return;
      this.receiver?.receive(message, attachment, this.clock.now);
    });
  }

  /** A datagram on the group. */
  carry(bytes: Uint8Array): void {
    if (this.lost()) return;
    const copies = this.random() < this.options.duplicate ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const late = this.random() < this.options.reorder ? this.random() * 20 : 0;
      this.later(() => {
        const unit = this.receiver?.datagram(bytes, SOURCE, this.clock.now);
        if (unit !== undefined) this.store.write(unit, bytes.subarray(HEADER_BYTES));
      }, late);
    }
  }

  private lost(): boolean {
    const { loss, burst } = this.options;
    if (loss >= 1 || burst === 1) return this.random() < loss;
    // A two-state chain with mean burst length `burst` and long-run loss rate `loss`.
    const leave = 1 / burst;
    const enter = (loss * leave) / (1 - loss);
    this.bursting = this.bursting ? this.random() >= leave : this.random() < enter;
    return this.bursting;
  }

  private later(action: () => void, extra = 0): void {
    this.clock.schedule(this.clock.now + this.options.delay + extra, () => {
      action();
      this.pump();
    });
  }

  private pump(): void {
    const { receiver, connection } = this;
    if (receiver === undefined) return;
    for (;;) {
      const outputs = receiver.outputs();
      if (outputs.length === 0) break;
      for (const output of outputs) this.carryOut(receiver, output, connection);
    }
    const at = receiver.deadline();
    if (at === undefined || at >= this.timerAt) return;
    this.timerAt = at;
    this.clock.schedule(at, () => {
      if (this.timerAt !== at) return;
      this.timerAt = Number.POSITIVE_INFINITY;
      this.receiver?.timeout(this.clock.now);
      this.pump();
    });
  }

  private carryOut(receiver: Receiver, output: ReturnType<Receiver['outputs']>[number], connection: number): void {
    const soon = (action: (now: number) => void) =>
      this.later(() => receiver === this.receiver && action(this.clock.now));
    switch (output.kind) {
      case 'message':
        return this.clock.schedule(this.clock.now + this.options.delay, () =>
          this.room.deliver(this, connection, output.message, output.attachment ?? new Uint8Array()),
        );
      case 'progress':
        return this.clock.schedule(this.clock.now + this.options.delay, () =>
          this.room.progress(this, connection, output.progress),
        );
      case 'prepare':
        return soon(() => receiver.prepared(this.source.layout, this.store.missing()));
      case 'openData':
        return soon((now) => receiver.dataOpened(now));
      case 'verify':
        return soon(() => receiver.verified(this.store.verify(output.root)));
      case 'finalize':
        return soon(() => {
          this.complete = true;
          receiver.stored([]);
        });
      case 'store':
        return this.store.write(output.unit, output.payload);
      case 'parity':
        return this.store.keepParity(output.chunk, output.index, output.payload);
      case 'solve':
        return this.store.solve(output.chunk, output.units, output.indices);
      case 'event':
        this.events.push(output.event);
    }
  }
}
