import { resolve } from 'node:path';
import type { DeviceServerEvent } from '../../src-shared/ipc/device-events';
import { messageOf } from '../../src-shared/text/message-of';
import { DeviceServer, type DeviceServerOptions } from '../devices/device-server';
import { parseGroups } from '../devices/groups';
import { devicesView } from '../terminal/terminal-display';
import type { FlowControl } from '../tftp/flow-control';
import { displayOutput, jsonOutput, type Output, onInterrupt } from './output';
import { numberOf, parse, placeOf, textOf, UsageError, type Values } from './usage';

interface ServeCommand {
  readonly server: Omit<DeviceServerOptions, 'onEvent'>;
  readonly json: boolean;
}

/** A client that has heard nothing for 25 s gives up (atftp), so nobody may be kept waiting for as long. */
const MAX_DELAY_MS = 20_000;

/** What `--without` calls the flow control techniques. */
const TECHNIQUES: ReadonlyMap<string, keyof FlowControl> = new Map([
  ['delay', 'delayedStart'],
  ['join', 'joining'],
  ['quality', 'quality'],
  ['rate', 'rate'],
  ['resend', 'lastPacket'],
]);

/** @throws UsageError */
export function parseTftpServe(args: readonly string[]): ServeCommand {
  const string = { type: 'string' } as const;
  const { values, positionals } = parse(args, {
    root: string,
    listen: string,
    interface: string,
    groups: string,
    ttl: string,
    delay: string,
    without: string,
    'write-to': string,
    json: { type: 'boolean' },
  });
  if (positionals.length > 0) throw new UsageError(`“${positionals[0]}” is not expected: --root names what is served.`);
  const root = textOf(values, 'root');
  if (root === undefined) throw new UsageError('--root DIR is needed: the folder that devices may read.');
  const listen = placeOf(values, 'listen');
  const address = textOf(values, 'interface');
  const groups = groupsOf(values);
  const ttl = numberOf(values, 'ttl', { min: 0, max: 255 });
  const delayMs = numberOf(values, 'delay', { min: 0, max: MAX_DELAY_MS });
  const writeFolder = textOf(values, 'write-to');
  return {
    server: {
      root: resolve(root),
      flow: withoutOf(values),
      ...(listen === undefined ? {} : { listen }),
      ...(address === undefined ? {} : { interface: address }),
      ...(groups === undefined ? {} : { groups }),
      ...(ttl === undefined ? {} : { ttl }),
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(writeFolder === undefined ? {} : { writeFolder: resolve(writeFolder) }),
    },
    json: values.json === true,
  };
}

/** `tutti tftp serve`: serves devices until it is interrupted. @returns the exit code */
export async function runTftpServe(command: ServeCommand): Promise<number> {
  let server: DeviceServer | undefined;
  const output: Output<DeviceServerEvent> = command.json
    ? jsonOutput()
    : displayOutput(devicesView, () => server?.snapshot());
  const interrupted = new Promise<void>((resolveInterrupted) => {
    onInterrupt(resolveInterrupted);
  });
  try {
    server = await DeviceServer.open({ ...command.server, onEvent: (event) => output.event(event) });
    await interrupted;
    return 0;
  } finally {
    await server?.close();
    output.close();
  }
}

/** @throws UsageError */
function groupsOf(values: Values): string | undefined {
  const text = textOf(values, 'groups');
  try {
    if (text !== undefined) parseGroups(text);
    return text;
  } catch (error) {
    throw new UsageError(`--groups: ${messageOf(error)}`);
  }
}

/** @throws UsageError */
function withoutOf(values: Values): Partial<FlowControl> {
  const names = textOf(values, 'without')?.split(',') ?? [];
  return Object.fromEntries(
    names.map((name) => {
      const technique = TECHNIQUES.get(name);
      if (technique === undefined)
        throw new UsageError(`--without takes ${[...TECHNIQUES.keys()].join(', ')}, not “${name}”.`);
      return [technique, false];
    }),
  );
}
