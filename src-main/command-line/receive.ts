import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { conflictRuleSchema } from '../../src-shared/ipc/contract';
import type { StudentEvent } from '../../src-shared/ipc/events';
import { TEMPLATE_FIELDS, type TemplateProblem, templateProblem } from '../../src-shared/text/folder-template';
import { messageOf } from '../../src-shared/text/message-of';
import { parseFingerprint } from '../security/fingerprint';
import { TrustStore } from '../security/trust-store';
import { studentView } from '../terminal/terminal-display';
import { StudentNode, type StudentNodeOptions } from '../transport/student-node';
import { displayOutput, jsonOutput, type Output, onInterrupt } from './output';
import { choiceOf, codeOf, parse, placeOf, textOf, UsageError, type Values } from './usage';

interface ReceiveCommand {
  readonly node: Omit<StudentNodeOptions, 'onEvent'>;
  readonly once: boolean;
  readonly json: boolean;
}

/** @throws UsageError */
export function parseReceive(args: readonly string[]): ReceiveCommand {
  const string = { type: 'string' } as const;
  const { values, positionals } = parse(args, {
    dir: string,
    connect: string,
    interface: string,
    name: string,
    code: string,
    pin: string,
    'trust-on-first-use': { type: 'boolean' },
    folders: string,
    conflict: string,
    state: string,
    once: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  if (positionals.length > 0)
    throw new UsageError(`“${positionals[0]}” is not expected: files go to the folder named by --dir.`);
  const dir = textOf(values, 'dir');
  if (dir === undefined) throw new UsageError('--dir DIR is needed: the folder that files go to.');
  const connect = placeOf(values, 'connect');
  const address = textOf(values, 'interface');
  const conflict = choiceOf(values, 'conflict', conflictRuleSchema.options);
  const directory = resolve(dir);
  return {
    node: {
      name: textOf(values, 'name') ?? hostname(),
      directory,
      stateDir: textOf(values, 'state') ?? join(directory, '.tutti'),
      trust: trustOf(values),
      ...(connect === undefined ? {} : { connect }),
      ...(address === undefined ? {} : { interface: address }),
      folderTemplate: foldersOf(values),
      ...(conflict === undefined ? {} : { conflict }),
    },
    once: values.once === true,
    json: values.json === true,
  };
}

/** `tutti receive`: takes what the teacher sends. @returns the exit code, after one transfer or an interruption. */
export async function runReceive(command: ReceiveCommand): Promise<number> {
  await requireTrust(command);
  // A folder that cannot be made is told to the teacher by name, when something is to be stored there.
  await mkdir(command.node.directory, { recursive: true }).catch(() => undefined);
  let node: StudentNode | undefined;
  const output: Output<StudentEvent> = command.json ? jsonOutput() : displayOutput(studentView, () => node?.snapshot());
  const ending = new Ending(command.once);
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((resolveEnd) => {
    end = resolveEnd;
  });
  onInterrupt(() => end(command.once ? 1 : 0));
  try {
    node = await StudentNode.open({
      ...command.node,
      onEvent: (event) => {
        output.event(event);
        const code = ending.after(event);
        if (code !== undefined) end(code);
      },
    });
    return await ended;
  } finally {
    await node?.close();
    output.close();
  }
}

/**
 * When the command ends. With --once: after its transfer, but only when that is over for the whole class or the teacher is
 * gone, as the control channel stays up throughout (requirement A8). A teacher who is not the trusted one ends it in any case.
 */
class Ending {
  private outcome: number | undefined;

  constructor(private readonly once: boolean) {}

  /** @returns the exit code, once the command is over. */
  after(event: StudentEvent): number | undefined {
    if (event.event === 'failed' && event.final === true) return 1;
    if (!this.once) return undefined;
    if (event.event === 'complete') this.outcome = 0;
    if (event.event === 'failed' && event.transfer !== undefined) this.outcome = 1;
    return event.event === 'finished' || event.event === 'left' ? this.outcome : undefined;
  }
}

async function requireTrust({ node }: ReceiveCommand): Promise<void> {
  const { firstUse, pin, code } = node.trust;
  if (firstUse || pin !== undefined || code !== undefined) return;
  const pins = await TrustStore.load(node.stateDir);
  if (pins.list().length > 0) return;
  throw new UsageError(
    'No teacher is known yet. Pair with the code that “tutti send” shows: --code; or use --pin or --trust-on-first-use.',
  );
}

/** How the teacher is known to be the right one. @throws UsageError */
function trustOf(values: Values): StudentNodeOptions['trust'] {
  const code = codeOf(values);
  const pin = pinOf(textOf(values, 'pin'));
  const firstUse = values['trust-on-first-use'] === true;
  if ([code !== undefined, pin !== undefined, firstUse].filter(Boolean).length > 1)
    throw new UsageError('Use one of --code, --pin and --trust-on-first-use, not two.');
  return { firstUse, ...(pin === undefined ? {} : { pin }), ...(code === undefined ? {} : { code }) };
}

const TEMPLATE_PROBLEMS: Record<TemplateProblem, string> = {
  field: `in braces it takes ${TEMPLATE_FIELDS.join(', ')}`,
  outside: 'it has to stay below the folder of --dir',
  character: 'no folder can be called that on every computer',
  deep: 'it has too many folders',
};

/** Folders below --dir; by default none, so that a script finds its files. @throws UsageError */
function foldersOf(values: Values): string {
  const template = textOf(values, 'folders') ?? '';
  const problem = templateProblem(template);
  if (problem === undefined) return template;
  throw new UsageError(`--folders cannot be “${template}”: ${TEMPLATE_PROBLEMS[problem]}.`);
}

function pinOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return parseFingerprint(text);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
