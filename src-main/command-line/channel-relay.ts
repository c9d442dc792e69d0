import { join } from 'node:path';
import type { PublisherEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';
import { patternFault } from '../archive/subjects';
import { Relay } from '../channels/relay';
import { channelsView } from '../terminal/terminal-display';
import {
  BUS_OPTIONS,
  type BusCommand,
  DOOR_OPTIONS,
  hostOf,
  openBus,
  requirePublisher,
  VISITOR_OPTIONS,
  visitorOf,
} from './channel-options';
import { displayOutput, jsonOutput, type Output, onInterrupt } from './output';
import { userStateFolder } from './state-folder';
import { parse, textOf, UsageError, type Values } from './usage';

type RelayEvent = PublisherEvent | SubscriberEvent;

interface RelayCommand {
  readonly pattern: string;
  readonly source: BusCommand;
  readonly target: BusCommand;
  readonly json: boolean;
}

/** @throws UsageError */
export function parseRelay(args: readonly string[]): RelayCommand {
  const { values, positionals } = parse(args, {
    ...BUS_OPTIONS,
    ...DOOR_OPTIONS,
    pin: VISITOR_OPTIONS.pin,
    'trust-publisher-on-first-use': { type: 'boolean' },
  });
  const [pattern = '', ...more] = positionals;
  const fault = more.length > 0 ? 'One pattern at a time; it may name many: studio-a.>' : patternFault(pattern);
  if (fault !== undefined) throw new UsageError(fault);
  if (textOf(values, 'bus') === undefined)
    throw new UsageError('--bus URL is needed: the NATS server that the channel comes from.');
  const { bus, pin, name, state, ...rest } = values;
  const both = only({ name, state });
  const firstUse = values['trust-publisher-on-first-use'] === true;
  return {
    pattern,
    source: visitorOf(only({ ...both, bus, pin, 'trust-on-first-use': firstUse }), userStateFolder()),
    target: hostOf(only({ ...both, ...rest }), userStateFolder()),
    json: values.json === true,
  };
}

/** `tutti channel relay`: takes a channel from NATS into this network, until it is interrupted or the channel closed. @returns the exit code */
export async function runRelay({ pattern, source, target, json }: RelayCommand): Promise<number> {
  await requirePublisher(source);
  let relay: Relay | undefined;
  const snapshot = () =>
    relay && { found: [], published: publicationsOf(relay), subscribed: [{ ...relay.view, folder: null, files: [] }] };
  const output: Output<RelayEvent> = json ? jsonOutput() : displayOutput(channelsView, snapshot);
  const onEvent = (event: RelayEvent) => output.event(event);
  const interrupted = new Promise<void>((resolve) => onInterrupt(resolve));
  const from = await openBus(source, `relay from ${pattern}`, onEvent);
  const to = await openBus({ ...target, stateDir: join(target.stateDir) }, `relay to ${pattern}`, onEvent);
  try {
    relay = await Relay.open({ pattern, source: from.bus, target: to.bus, memory: to.store, onEvent });
    await Promise.race([relay.ended, interrupted]);
    await relay.close();
    return 0;
  } finally {
    await from.close();
    await to.close();
    output.close();
  }
}

function publicationsOf(relay: Relay) {
  return relay.publications.map((publication) => ({ ...publication.view(), folder: null, files: [] }));
}

function only(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
