import { join } from 'node:path';
import { type Address, addressSchema } from '../../src-shared/ipc/contract';
import type { Identity } from '../security/identity';
import { TrustStore } from '../security/trust-store';
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

function studentStart({ settings, environment, stateDir, identity }: Parts): EngineStart {
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
  };
}

function teacherStart({ settings, environment, stateDir, identity }: Parts): EngineStart {
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
      // Packets for this machine alone must not leave it.
      ...(isLoopback(environment.interface) ? { ttl: 0 } : {}),
    },
    devices: devicesWanted(settings),
  };
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
