import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import type { TeacherEvent } from '../../src-shared/ipc/events';
import { messageOf } from '../../src-shared/text/message-of';
import { teacherView } from '../terminal/terminal-display';
import { chooseInterface } from '../transport/interfaces';
import { type PreparedTransfer, prepareTransfer } from '../transport/prepared-transfer';
import { journalFolder, TeacherRoom, type TeacherRoomOptions } from '../transport/teacher-room';
import { displayOutput, jsonOutput, type Output, onInterrupt } from './output';
import { userStateFolder } from './state-folder';
import { choiceOf, codeOf, numberOf, parse, placeOf, textOf, UsageError } from './usage';

interface SendCommand {
  /** Sent first, together; there may be none where standard input names more. */
  readonly paths: readonly string[];
  /** Each line of standard input is a path to send as well, when what was named before it is over. */
  readonly stdin: boolean;
  readonly room: Omit<TeacherRoomOptions, 'onEvent'>;
  readonly waitFor: number;
  readonly waitMs: number;
  readonly json: boolean;
}

const DEFAULT_WAIT_SECONDS = 60;
const MEGABIT = 1_000_000 / 8;

/** @throws UsageError */
export function parseSend(args: readonly string[]): SendCommand {
  const string = { type: 'string' } as const;
  const { values, positionals } = parse(args, {
    listen: string,
    interface: string,
    group: string,
    port: string,
    ttl: string,
    'wait-for': string,
    wait: string,
    rate: string,
    'max-rounds': string,
    repair: string,
    code: string,
    'trust-on-first-use': { type: 'boolean' },
    name: string,
    state: string,
    stdin: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const stdin = values.stdin === true;
  if (positionals.length === 0 && !stdin) throw new UsageError('Name at least one file or folder to send.');
  const code = codeOf(values);
  const anyone = values['trust-on-first-use'] === true;
  if (code !== undefined && anyone) throw new UsageError('Use --code or --trust-on-first-use, not both.');
  const optional = {
    code,
    listen: placeOf(values, 'listen'),
    interface: textOf(values, 'interface'),
    group: groupOf(textOf(values, 'group')),
    groupPort: numberOf(values, 'port', { min: 1024, max: 65535 }),
    ttl: numberOf(values, 'ttl', { min: 0, max: 255 }),
    maxRounds: numberOf(values, 'max-rounds', { min: 0, max: 1000 }),
  };
  return {
    paths: positionals,
    stdin,
    room: {
      name: textOf(values, 'name') ?? hostname(),
      stateDir: textOf(values, 'state') ?? userStateFolder(),
      admit: anyone ? 'anyone' : 'paired',
      rate: rateOf(textOf(values, 'rate')),
      repair: choiceOf(values, 'repair', ['auto', 'plain', 'tcp']) ?? 'auto',
      ...definedOnly(optional),
    },
    waitFor: numberOf(values, 'wait-for', { min: 1, max: 10_000 }) ?? 1,
    waitMs: 1000 * (numberOf(values, 'wait', { min: 0, max: 86_400, whole: false }) ?? DEFAULT_WAIT_SECONDS),
    json: values.json === true,
  };
}

/** `tutti send`: opens a room, waits for students, sends, and ends when everybody has an outcome. @returns the exit code */
export async function runSend(command: SendCommand): Promise<number> {
  let room: TeacherRoom | undefined;
  const problems: string[] = [];
  const output: Output<TeacherEvent> = command.json ? jsonOutput() : displayOutput(teacherView, () => room?.snapshot());
  let sending: Sending | undefined;
  const onEvent = (event: TeacherEvent) => {
    output.event(event);
    if (event.event === 'finished') sending?.finished(event.ok);
    if (event.event === 'problem') problems.push(event.reason);
  };
  try {
    requireNetwork(command.room);
    // First of all: a room opens, and is announced, only for files that can be sent.
    const first = command.paths.length === 0 ? undefined : await prepare(command, command.paths);
    room = await TeacherRoom.open({ ...command.room, onEvent });
    sending = new Sending(room, command, (reason) => onEvent({ event: 'problem', reason }));
    return (await sending.run(first)) ? 0 : 1;
  } finally {
    await room?.close();
    output.close();
    // After the display, which would paint over them; JSON has had them as they came.
    if (!command.json) for (const problem of problems) process.stderr.write(`${problem}\n`);
  }
}

/** Sends one transfer after the other in a room, until all are over or the user interrupts. */
class Sending {
  private transfer: string | undefined;
  private resolveFinished: (ok: boolean) => void = () => {};
  private isInterrupted = false;
  private readonly interrupted: Promise<void>;

  constructor(
    private readonly room: TeacherRoom,
    private readonly command: SendCommand,
    private readonly onProblem: (reason: string) => void,
  ) {
    this.interrupted = new Promise((resolve) => onInterrupt(() => resolve(this.interrupt())));
  }

  /** @returns whether everybody has everything */
  async run(first: PreparedTransfer | undefined): Promise<boolean> {
    const { waitFor, waitMs, stdin } = this.command;
    await Promise.race([this.room.waitFor(waitFor, waitMs), this.interrupted]);
    if (this.isInterrupted) return false;
    if (this.room.studentCount === 0)
      throw new Error(
        'Nobody joined the room in time. Start “tutti receive” on the students’ machines, or wait longer with --wait.',
      );
    const isFirstComplete = first === undefined || (await this.send(first));
    const areOthersComplete = !stdin || (await this.sendLines());
    return isFirstComplete && areOthersComplete && !this.isInterrupted;
  }

  /** A transfer is over. */
  finished(ok: boolean): void {
    this.resolveFinished(ok);
  }

  private send(prepared: PreparedTransfer): Promise<boolean> {
    const finished = new Promise<boolean>((resolve) => {
      this.resolveFinished = resolve;
    });
    this.transfer = this.room.enqueue(prepared);
    return finished;
  }

  private async sendLines(): Promise<boolean> {
    let ok = true;
    const lines = createInterface({ input: process.stdin });
    void this.interrupted.then(() => lines.close());
    for await (const path of lines) {
      if (this.isInterrupted) break;
      if (path !== '' && !(await this.sendLine(path))) ok = false;
    }
    return ok;
  }

  /** What cannot be sent is told, and what comes after it is sent all the same. */
  private async sendLine(path: string): Promise<boolean> {
    try {
      return await this.send(await prepare(this.command, [path]));
    } catch (error) {
      this.onProblem(messageOf(error));
      return false;
    }
  }

  private interrupt(): void {
    this.isInterrupted = true;
    if (this.transfer !== undefined) this.room.cancel({ transfer: this.transfer });
    this.resolveFinished(false);
  }
}

function prepare({ room }: SendCommand, paths: readonly string[]): Promise<PreparedTransfer> {
  return prepareTransfer(paths, journalFolder(room.stateDir), room.group);
}

/** A room without a network would wait for nobody. @throws InterfaceError */
function requireNetwork({ listen, interface: address }: SendCommand['room']): void {
  if (listen === undefined && address === undefined) chooseInterface();
}

function rateOf(text: string | undefined): 'auto' | number {
  if (text === undefined || text === 'auto') return 'auto';
  const megabits = Number(text);
  if (!(megabits >= 0.1 && megabits <= 100_000))
    throw new UsageError(`--rate takes “auto” or a number of Mbit/s, not “${text}”.`);
  return megabits * MEGABIT;
}

function groupOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const family = isIP(text);
  const first = Number(text.split('.')[0]);
  const isMulticast = family === 4 ? first >= 224 && first <= 239 : family === 6 && /^ff/i.test(text);
  if (!isMulticast) throw new UsageError(`--group takes a multicast address, such as 239.255.10.20, not “${text}”.`);
  return text;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOnly<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
