import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { PublisherEvent } from '../../src-shared/ipc/channel-events';
import { messageOf } from '../../src-shared/text/message-of';
import type { JoinPoint } from '../archive/packet';
import type { ChannelBus } from '../channels/bus';
import type { ChannelTrust } from '../channels/channel-reach';
import { MulticastBus, type MulticastBusOptions } from '../channels/multicast-bus';
import { NatsBus } from '../channels/nats-bus';
import { PacketStore } from '../channels/packet-store';
import { PublisherTrust } from '../channels/publisher-trust';
import { parseFingerprint } from '../security/fingerprint';
import { type Identity, loadIdentity } from '../security/identity';
import { codeOf, placeOf, textOf, UsageError, type Values } from './usage';

/** What all commands for channels have in common. */
export interface BusCommand {
  /** A NATS server; undefined: multicast in this network. */
  readonly url: string | undefined;
  readonly name: string;
  readonly stateDir: string;
  readonly trust: ChannelTrust;
  /** Of multicast alone. */
  readonly room: Pick<MulticastBusOptions, 'listen' | 'connect' | 'interface' | 'admit' | 'code'>;
}

export const BUS_OPTIONS = {
  bus: { type: 'string' },
  interface: { type: 'string' },
  name: { type: 'string' },
  state: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Of those who publish: where their door is and whom it lets in. */
export const DOOR_OPTIONS = {
  listen: { type: 'string' },
  code: { type: 'string' },
  'trust-on-first-use': { type: 'boolean' },
} as const;

/** Of those who look for a publisher: where it is and how it is trusted. */
export const VISITOR_OPTIONS = {
  connect: { type: 'string' },
  code: { type: 'string' },
  pin: { type: 'string' },
  'trust-on-first-use': { type: 'boolean' },
} as const;

const ROOM_FLAGS = ['interface', 'listen', 'connect', 'code'];

/** @throws UsageError */
function busOf(values: Values, defaultStateDir: string): Omit<BusCommand, 'trust'> {
  const url = textOf(values, 'bus');
  const stray = url === undefined ? undefined : ROOM_FLAGS.find((flag) => values[flag] !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray} is for channels in this network, not for --bus.`);
  const optional = {
    interface: textOf(values, 'interface'),
    listen: placeOf(values, 'listen'),
    connect: placeOf(values, 'connect'),
  };
  return {
    url,
    name: textOf(values, 'name') ?? hostname(),
    stateDir: textOf(values, 'state') ?? defaultStateDir,
    room: Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/** The command of one who publishes. @throws UsageError */
export function hostOf(values: Values, defaultStateDir: string): BusCommand {
  const code = codeOf(values);
  const anyone = values['trust-on-first-use'] === true;
  if (code !== undefined && anyone) throw new UsageError('Use --code or --trust-on-first-use, not both.');
  const bus = busOf(values, defaultStateDir);
  const room = {
    ...bus.room,
    admit: anyone ? ('anyone' as const) : ('paired' as const),
    ...(code === undefined ? {} : { code }),
  };
  return { ...bus, room, trust: { firstUse: false } };
}

/** The command of one who looks for a publisher. @throws UsageError */
export function visitorOf(values: Values, defaultStateDir: string): BusCommand {
  const code = codeOf(values);
  const pin = pinOf(values);
  const firstUse = values['trust-on-first-use'] === true;
  if ([code !== undefined, pin !== undefined, firstUse].filter(Boolean).length > 1)
    throw new UsageError('Use one of --code, --pin and --trust-on-first-use, not two.');
  const trust = { firstUse, ...(pin === undefined ? {} : { pin }), ...(code === undefined ? {} : { code }) };
  return { ...busOf(values, defaultStateDir), trust };
}

/** A bus, and the store that goes with it. */
export interface OpenBus {
  readonly bus: ChannelBus;
  /** The same, where channels are multicast. */
  readonly multicast: MulticastBus | undefined;
  readonly store: PacketStore;
  /** This device's own. */
  readonly fingerprint: string;
  close(): Promise<void>;
}

/**
 * Each use of each channel has a store of its own, so that two programs of one user can run side by side.
 * @throws StoreError, ChannelError, IdentityError, TrustStoreError
 */
export async function openBus(
  command: BusCommand,
  use: string,
  onEvent: (event: PublisherEvent) => void,
): Promise<OpenBus> {
  const { name, stateDir, trust, url, room } = command;
  const identity = await loadIdentity(stateDir);
  const folder = join(stateDir, 'channels', digestOf(use));
  const store = await PacketStore.open(folder);
  try {
    const packetsDir = join(folder, 'packets');
    const multicast =
      url === undefined
        ? await MulticastBus.open({ ...room, name, stateDir, packetsDir, identity, trust, onEvent })
        : undefined;
    const bus = multicast ?? (await natsBus(command, identity, store, url ?? ''));
    const close = async () => {
      await bus.close();
      await store.close();
    };
    return { bus, multicast, store, fingerprint: identity.fingerprint, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function natsBus(
  { name, stateDir, trust }: BusCommand,
  identity: Identity,
  store: PacketStore,
  url: string,
): Promise<NatsBus> {
  return NatsBus.open({ url, name, identity, store, trust: await PublisherTrust.load(stateDir, trust) });
}

/** @throws UsageError where nobody is trusted, and nobody could become it */
export async function requirePublisher({ stateDir, trust }: BusCommand): Promise<void> {
  if (trust.code !== undefined || (await PublisherTrust.load(stateDir, trust)).isPossible) return;
  throw new UsageError(
    'No publisher is known yet: pair with the --code that it shows; or use --pin with its fingerprint, or --trust-on-first-use.',
  );
}

/** Subjects are longer than some file systems' names, and differ in ways that some do not see. */
function digestOf(use: string): string {
  return createHash('sha256').update(use).digest('hex').slice(0, 16);
}

function pinOf(values: Values): string | undefined {
  const pin = textOf(values, 'pin');
  try {
    return pin === undefined ? undefined : parseFingerprint(pin);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNITS_BYTES: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };

/** `now`, `beginning`, a packet's number, how long ago (`90m`), or a date and time. @throws UsageError */
export function joinPointOf(values: Values, now: number): JoinPoint {
  const text = textOf(values, 'from') ?? 'now';
  if (text === 'now' || text === 'beginning') return text;
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return { sequence: Number(text) };
  const ago = durationOf(text);
  if (ago !== undefined) return { time: now - ago };
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return { time };
  throw new UsageError(`--from takes now, beginning, a number, how long ago (90m, 2h, 1d) or a date, not “${text}”.`);
}

/** `7d`, `12h`; ms. */
function durationOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = UNITS_MS[unit];
  return count === undefined || ms === undefined ? undefined : Number(count) * ms;
}

/** What `--keep` says: an age, a size, or both with a comma between them. @throws UsageError */
export function keepOf(values: Values): { keepMs?: number; keepBytes?: number } {
  const text = textOf(values, 'keep');
  if (text === undefined) return {};
  let keep: { keepMs?: number; keepBytes?: number } = {};
  for (const part of text.split(',')) {
    const [age, size] = [durationOf(part), sizeOf(part)];
    if (age === undefined && size === undefined)
      throw new UsageError(`--keep takes an age (7d, 12h) or a size (500MB, 20GB), not “${part}”.`);
    keep = {
      ...keep,
      ...(age === undefined ? {} : { keepMs: age }),
      ...(size === undefined ? {} : { keepBytes: size }),
    };
  }
  return keep;
}

function sizeOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([kmgt]b)$/i.exec(text) ?? [];
  const bytes = UNITS_BYTES[unit.toLowerCase()];
  return count === undefined || bytes === undefined ? undefined : Number(count) * bytes;
}
