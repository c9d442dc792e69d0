import { join, resolve } from 'node:path';
import type { FileEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';
import type { SubscriptionView } from '../../src-shared/ipc/channel-views';
import type { JoinPoint } from '../archive/packet';
import { patternFault } from '../archive/subjects';
import { FolderSubscription } from '../channels/folder-subscription';
import { writePackets } from '../channels/pipes';
import { errorCode } from '../library/library-error';
import { channelsView } from '../terminal/terminal-display';
import {
  BUS_OPTIONS,
  type BusCommand,
  joinPointOf,
  type OpenBus,
  openBus,
  requirePublisher,
  VISITOR_OPTIONS,
  visitorOf,
} from './channel-options';
import { displayOutput, jsonOutput, type Output, onInterrupt } from './output';
import { userStateFolder } from './state-folder';
import { parse, textOf, UsageError } from './usage';

type SubscribeEvent = SubscriberEvent | FileEvent;

interface SubscribeCommand {
  readonly pattern: string;
  readonly bus: BusCommand;
  /** Where files go; undefined: packets go to standard output. */
  readonly folder: string | undefined;
  readonly from: JoinPoint;
  readonly json: boolean;
}

/** @throws UsageError */
export function parseSubscribe(args: readonly string[]): SubscribeCommand {
  const { values, positionals } = parse(args, {
    ...BUS_OPTIONS,
    ...VISITOR_OPTIONS,
    dir: { type: 'string' },
    stdout: { type: 'boolean' },
    from: { type: 'string' },
  });
  const [pattern = '', ...more] = positionals;
  const fault = more.length > 0 ? 'One pattern at a time; it may name many: studio-a.>' : patternFault(pattern);
  if (fault !== undefined) throw new UsageError(fault);
  const dir = textOf(values, 'dir');
  if ((dir === undefined) === (values.stdout !== true))
    throw new UsageError('Name where it goes: --dir DIR or --stdout.');
  const folder = dir === undefined ? undefined : resolve(dir);
  return {
    pattern,
    bus: visitorOf(values, folder === undefined ? userStateFolder() : join(folder, '.tutti')),
    folder,
    from: joinPointOf(values, Date.now()),
    json: values.json === true,
  };
}

/** `tutti channel subscribe`: until it is interrupted, or a channel that goes to standard output is closed. @returns the exit code */
export async function runSubscribe(command: SubscribeCommand): Promise<number> {
  await requirePublisher(command.bus);
  let view: (() => SubscriptionView) | undefined;
  const snapshot = () => view && { found: [], published: [], subscribed: [view()] };
  // Standard output is the packets' own.
  const stream = command.folder === undefined ? process.stderr : process.stdout;
  const output: Output<SubscribeEvent> = command.json
    ? jsonOutput(stream)
    : displayOutput(channelsView, snapshot, stream);
  const run = command.folder === undefined ? toOutput : toFolder;
  const interrupted = new Promise<number>((resolveEnd) => onInterrupt(() => resolveEnd(0)));
  const onEvent = (event: SubscribeEvent) => output.event(event);
  const opened = await openBus(command.bus, `subscribe ${command.pattern}`, () => {});
  try {
    return await run(command, opened, onEvent, interrupted, (of) => {
      view = of;
    });
  } finally {
    await opened.close();
    output.close();
  }
}

type Show = (view: () => SubscriptionView) => void;

async function toFolder(
  { pattern, from, folder = '', bus: { stateDir } }: SubscribeCommand,
  { bus, store }: OpenBus,
  onEvent: (event: SubscribeEvent) => void,
  interrupted: Promise<number>,
  show: Show,
): Promise<number> {
  const places = { directory: folder, partsDirectory: join(stateDir, 'incoming') };
  const subscription = await FolderSubscription.open({ bus, pattern, from, memory: store, onEvent, ...places });
  show(() => subscription.view());
  try {
    return await Promise.race([subscription.ended.then(() => 0), interrupted]);
  } finally {
    await subscription.close();
  }
}

async function toOutput(
  { pattern, from }: SubscribeCommand,
  { bus }: OpenBus,
  onEvent: (event: SubscribeEvent) => void,
  interrupted: Promise<number>,
  show: Show,
): Promise<number> {
  const subscription = await bus.subscribe(pattern, { from, onEvent });
  show(() => ({ ...subscription.view(), folder: null, files: [] }));
  try {
    return await Promise.race([writePackets(subscription, process.stdout).then(() => 0, endOfPipe), interrupted]);
  } finally {
    await subscription.close();
  }
}

/** Whoever read has had enough, as `head` does: nothing to complain of. */
function endOfPipe(error: unknown): number {
  if (errorCode(error) === 'EPIPE') return 0;
  throw error;
}
