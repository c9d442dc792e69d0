import { resolve } from 'node:path';
import type { ArchiveEvent, PublisherEvent } from '../../src-shared/ipc/channel-events';
import { plainText } from '../../src-shared/text/plain-text';
import { patternFault } from '../archive/subjects';
import {
  BUS_OPTIONS,
  type BusCommand,
  keepOf,
  openBus,
  requirePublisher,
  VISITOR_OPTIONS,
  visitorOf,
} from './channel-options';
import { jsonOutput, onInterrupt } from './output';
import { userStateFolder } from './state-folder';
import { parse, textOf, UsageError } from './usage';

interface ArchiveCommand {
  readonly directory: string;
  readonly pattern: string;
  readonly keep: { readonly keepMs?: number; readonly keepBytes?: number };
  readonly bus: BusCommand;
  readonly json: boolean;
}

/** @throws UsageError */
export function parseArchive(args: readonly string[]): ArchiveCommand {
  const { values, positionals } = parse(args, {
    ...BUS_OPTIONS,
    ...VISITOR_OPTIONS,
    listen: { type: 'string' },
    store: { type: 'string' },
    keep: { type: 'string' },
  });
  const [pattern = '>', ...more] = positionals;
  const fault = more.length > 0 ? 'One pattern at a time; it may name many: studio-a.>' : patternFault(pattern);
  if (fault !== undefined) throw new UsageError(fault);
  if (textOf(values, 'bus') !== undefined)
    throw new UsageError('Over --bus the NATS server itself is the archive: JetStream’s limits say what it keeps.');
  const store = textOf(values, 'store');
  if (store === undefined) throw new UsageError('--store DIR is needed: the folder that packets are kept in.');
  return {
    directory: resolve(store),
    pattern,
    keep: keepOf(values),
    bus: visitorOf(values, userStateFolder()),
    json: values.json === true,
  };
}

/** `tutti archive`: until it is interrupted. @returns the exit code */
export async function runArchive({ directory, pattern, keep, bus, json }: ArchiveCommand): Promise<number> {
  await requirePublisher(bus);
  const output = json ? jsonOutput<ArchiveEvent | PublisherEvent>() : undefined;
  const onEvent = (event: ArchiveEvent | PublisherEvent) => {
    if (output !== undefined) output.event(event);
    else tell(event);
  };
  const interrupted = new Promise<void>((resolveEnd) => onInterrupt(resolveEnd));
  const opened = await openBus(bus, `archive ${directory}`, onEvent);
  try {
    const listen = bus.room.listen === undefined ? {} : { listen: bus.room.listen };
    await opened.multicast?.archive({ directory, pattern, ...keep, ...listen, onEvent });
    if (!json) console.log(`Keeping ${pattern === '>' ? 'all channels' : pattern} in ${directory}.`);
    await interrupted;
    return 0;
  } finally {
    await opened.close();
  }
}

/** Plain lines for what a person should know; packets come and are asked for all the time. */
function tell(event: ArchiveEvent | PublisherEvent): void {
  if (event.event === 'full') console.log(`Full: ${plainText(event.why, 400)}`);
  else if (event.event === 'recovered') console.log('There is room again.');
  else if (event.event === 'problem') console.log(plainText(event.reason, 400));
  else if (event.event === 'expired' || event.event === 'lost') {
    const ranges = event.ranges.map(([start, end]) => `${start} to ${end - 1}`).join(', ');
    console.log(`${event.event === 'lost' ? 'Lost' : 'Let go'}: ${plainText(event.subject, 60)} ${ranges}.`);
  }
}
