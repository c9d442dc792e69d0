import { join } from 'node:path';
import { type Address, addressSchema } from '../../src-shared/ipc/contract';
import type { Identity } from '../security/identity';
import { TrustStore } from '../security/trust-store';
import type { ChannelsWanted } from './channel-sharing';
import type { DevicesWanted } from './device-sharing';
import type { EngineStart } from './engine';
import type { Environment } from './environment';
import type { Settings } from './settings';

const BYTES_PER_MBIT = 125_000;

/** Where a role keeps its identity, pins and journals. */
export function stateFolder(userData: string, role: EngineStart['role']): string {
  return join(userData, role);
}

/** What the engine of a role starts with, by the settings. */
export function engineStart(
  role: EngineStart['role'],
  parts: { settings: Settings; environment: Environment; stateDir: string; identity: Identity },
): EngineStart {
  return role === 'student' ? studentStart(parts) : teacherStart(parts);
}

/** Which channels are published and followed, by the settings. */
export function channelsWanted({ publications, subscriptions, archiveOn }: Settings): ChannelsWanted {
  return { publications, subscriptions, archiveOn };
}

/** How devices may fetch files, by the settings. */
export function devicesWanted({ devicesOn, devicesFolder, devicesPort }: Settings): DevicesWanted {
  return { on: devicesOn, folder: devicesFolder, port: devicesPort };
}

/** Makes the student know these teachers from the start. @throws TrustStoreError */
export async function pinTeachers(stateDir: string, teachers: readonly string[]): Promise<void> {
  if (teachers.length === 0) return;
  const pins = await TrustStore.load(stateDir);
  for (const teacher of teachers) if (!pins.isTrusted(teacher)) await pins.pin(teacher, '');
}

type Parts = Parameters<typeof engineStart>[1];

function studentStart(parts: Parts): EngineStart {
  const { settings, environment, stateDir, identity } = parts;
  const { name, folder, folderTemplate, conflict } = settings;
  const connect = environment.connect ?? parseAddress(settings.address);
  return {
    role: 'student',
    options: {
      name,
      stateDir,
      identity,
      directory: folder,
      folderTemplate,
      conflict,
      trust: { firstUse: false },
      ...ownInterface(environment),
      ...(connect === null ? {} : { connect }),
    },
    channels: channelsStart(parts),
  };
}

function teacherStart(parts: Parts): EngineStart {
  const { settings, environment, stateDir, identity } = parts;
  const { name, rateMbit } = settings;
  const { listen } = environment;
  return {
    role: 'teacher',
    options: {
      name,
      stateDir,
      identity,
      admit: 'paired',
      rate: rateMbit === null ? 'auto' : rateMbit * BYTES_PER_MBIT,
      repair: 'auto',
      ...ownInterface(environment),
      ...(listen === undefined ? {} : { listen }),
      ...ownReach(environment),
    },
    channels: channelsStart(parts),
    devices: devicesWanted(settings),
  };
}

function channelsStart({ settings, environment, stateDir, identity }: Parts): EngineStart['channels'] {
  const { name, folder } = settings;
  const { listen } = environment;
  // Who chose where the room is has not chosen where channels are: any free port beside it.
  const door = listen === undefined ? {} : { listen: { host: listen.host, port: 0 } };
  const place = { name, stateDir, identity, folder, ...door, ...ownInterface(environment), ...ownReach(environment) };
  return { place, wanted: channelsWanted(settings) };
}

/** Packets for this machine alone must not leave it. */
function ownReach({ interface: address }: Environment): { ttl?: number } {
  return isLoopback(address) ? { ttl: 0 } : {};
}

function ownInterface({ interface: address }: Environment): { interface?: string } {
  return address === undefined ? {} : { interface: address };
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address.startsWith('127.') || address === '::1');
}

function parseAddress(address: string | null): Address | null {
  return addressSchema.safeParse(address).data ?? null;
}
