import { resolve } from 'node:path';
import type { FileEvent, PublisherEvent } from '../../src-shared/ipc/channel-events';
import type { PublicationView } from '../../src-shared/ipc/channel-views';
import { PACKET_BYTES } from '../../src-shared/wire/channel-datagram';
import { subjectFault } from '../archive/subjects';
import type { PublishOptions } from '../channels/bus';
import { FolderPublication } from '../channels/folder-publication';
import { publishStream } from '../channels/pipes';
import { channelsView } from '../terminal/terminal-display';
import { BUS_OPTIONS, type BusCommand, DOOR_OPTIONS, hostOf, keepOf, type OpenBus, openBus } from './channel-options';
import { displayOutput, jsonOutput, type Output, onInterrupt } from './output';
import { userStateFolder } from './state-folder';
import { numberOf, parse, textOf, UsageError } from './usage';

type PublishEvent = PublisherEvent | FileEvent;

interface PublishCommand {
  readonly subject: string;
  readonly bus: BusCommand;
  /** The watched folder; undefined: standard input. */
  readonly folder: string | undefined;
  readonly packetBytes: number | undefined;
  readonly options: PublishOptions;
  readonly json: boolean;
}

/** @throws UsageError */
export function parsePublish(args: readonly string[]): PublishCommand {
  const { values, positionals } = parse(args, {
    ...BUS_OPTIONS,
    ...DOOR_OPTIONS,
    watch: { type: 'string' },
    stdin: { type: 'boolean' },
    packet: { type: 'string' },
    keep: { type: 'string' },
    'first-sequence': { type: 'string' },
  });
  const [subject = '', ...more] = positionals;
  const fault = more.length > 0 ? 'One subject is published at a time.' : subjectFault(subject);
  if (fault !== undefined) throw new UsageError(fault);
  const folder = textOf(values, 'watch');
  if ((folder === undefined) === (values.stdin !== true))
    throw new UsageError('Name what to publish: --watch DIR or --stdin.');
  const packetBytes = numberOf(values, 'packet', { min: 1, max: PACKET_BYTES });
  if (packetBytes !== undefined && folder !== undefined) throw new UsageError('--packet goes with --stdin.');
  const { keepMs, keepBytes } = keepOf(values);
  if (keepMs !== undefined) throw new UsageError('--keep takes a size here: what is kept while no archive has it.');
  const firstSequence = numberOf(values, 'first-sequence', { min: 0, max: 2 ** 32 - 1 });
  return {
    subject,
    bus: hostOf(values, userStateFolder()),
    folder: folder === undefined ? undefined : resolve(folder),
    packetBytes,
    options: {
      ...(keepBytes === undefined ? {} : { retainBytes: keepBytes }),
      ...(firstSequence === undefined ? {} : { firstSequence }),
    },
    json: values.json === true,
  };
}

/** `tutti channel publish`: until it is interrupted, or its input ends. @returns the exit code */
export async function runPublish(command: PublishCommand): Promise<number> {
  let view: (() => PublicationView) | undefined;
  const snapshot = () => view && { found: [], published: [view()], subscribed: [] };
  const output: Output<PublishEvent> = command.json ? jsonOutput() : displayOutput(channelsView, snapshot);
  const onEvent = (event: PublishEvent) => {
    output.event(event);
    if (!command.json) introduce(event);
  };
  const interrupted = new Promise<void>((resolve) => onInterrupt(resolve));
  const opened = await openBus(command.bus, `publish ${command.subject}`, onEvent);
  const show = (of: () => PublicationView) => {
    view = of;
  };
  try {
    if (opened.multicast === undefined) onEvent(natsDoor(command.bus.url ?? '', opened.fingerprint));
    const run = command.folder === undefined ? publishInput : publishFolder;
    return await run(command, opened, onEvent, interrupted, show);
  } finally {
    await opened.close();
    output.close();
  }
}

/** Over NATS the server is where a publisher is found. */
function natsDoor(url: string, fingerprint: string): PublishEvent {
  const { hostname, port } = new URL(url);
  return { event: 'channel', address: hostname, port: Number(port), fingerprint, code: null };
}

/** How subscribers come to trust this publisher; beside the display, which shows the channel. */
function introduce(event: PublishEvent): void {
  if (event.event !== 'channel' && event.event !== 'code') return;
  const pin = event.event === 'channel' ? `Subscribers can trust this publisher by --pin ${event.fingerprint}\n` : '';
  const code = event.code === null ? '' : `New subscribers and archives join with --code ${event.code}\n`;
  process.stderr.write(`${pin}${code}`);
}

async function publishFolder(
  { folder = '', subject, options }: PublishCommand,
  { bus, store }: OpenBus,
  onEvent: (event: PublishEvent) => void,
  interrupted: Promise<void>,
  show: (view: () => PublicationView) => void,
): Promise<number> {
  const published = await FolderPublication.open({
    ...options,
    bus,
    subject,
    memory: store,
    onEvent,
    directory: folder,
  });
  show(() => published.view());
  await interrupted;
  await published.close();
  return 0;
}

async function publishInput(
  command: PublishCommand,
  { bus }: OpenBus,
  onEvent: (event: PublishEvent) => void,
  interrupted: Promise<void>,
  show: (view: () => PublicationView) => void,
): Promise<number> {
  const publication = await bus.publish(command.subject, { ...command.options, onEvent });
  show(() => ({ ...publication.view(), folder: null, files: [] }));
  const ended = publishStream(process.stdin, publication, command.packetBytes).then(() => 0);
  const code = await Promise.race([ended, interrupted.then(() => 1)]);
  await publication.close();
  return code;
}
