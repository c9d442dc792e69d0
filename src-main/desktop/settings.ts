import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import {
  addressSchema,
  nameSchema,
  patternSchema,
  portSchema,
  preferencesSchema,
  roleSchema,
  subjectSchema,
} from '../../src-shared/ipc/contract';
import { DEFAULT_FOLDER_TEMPLATE } from '../../src-shared/text/folder-template';

/** A studio has dozens. */
const MAX_CHANNELS = 256;

export const settingsSchema = z.object({
  ...preferencesSchema.shape,
  role: roleSchema.nullable(),
  name: nameSchema,
  /** Where received music goes. */
  folder: z.string().min(1),
  /** The room that a student joins by address; null searches the network. */
  address: z
    .string()
    .refine((address) => addressSchema.safeParse(address).success)
    .nullable(),
  /** Folders that are published as channels (docs/channels.md), and what is followed. */
  publications: z.array(z.object({ subject: subjectSchema, folder: z.string().min(1) })).max(MAX_CHANNELS),
  subscriptions: z.array(z.object({ pattern: patternSchema, from: z.enum(['now', 'beginning']) })).max(MAX_CHANNELS),
  archiveOn: z.boolean(),
  /** Devices may fetch files by TFTP (docs/tftp.md): whether, of which folder, at which port. */
  devicesOn: z.boolean(),
  devicesFolder: z.string().min(1).nullable(),
  devicesPort: portSchema,
});
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** What holds until a person chooses something else, but for what the machine itself says. */
export const DEFAULT_SETTINGS: Omit<Settings, 'role' | 'name' | 'folder' | 'address'> = {
  language: 'system',
  appearance: 'system',
  startAtLogin: false,
  doNotDisturb: false,
  folderTemplate: DEFAULT_FOLDER_TEMPLATE,
  conflict: 'keepBoth',
  rateMbit: null,
  publications: [],
  subscriptions: [],
  archiveOn: true,
  devicesOn: false,
  devicesFolder: null,
  // Port 69 is TFTP's own, but most systems keep it from programs without special rights.
  devicesPort: 6969,
};

/** The settings file: read once, replaced as a whole on every change. */
export class SettingsFile {
  readonly #path: string;
  #settings: Settings;

  /** A file that is missing or that cannot be understood counts as the first start; its good values are kept. */
  constructor(path: string, defaults: Settings) {
    this.#path = path;
    this.#settings = { ...defaults, ...readKnown(path) };
  }

  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Changes some settings, on disk too.
   * @throws the file system's error when the file cannot be written; the change holds until the program ends.
   */
  change(changes: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...changes };
    mkdirSync(dirname(this.#path), { recursive: true });
    const unfinished = `${this.#path}.new`;
    writeFileSync(unfinished, `${JSON.stringify(this.#settings, null, 2)}\n`, { flush: true });
    renameSync(unfinished, this.#path);
  }
}

/** Without the keys that hold nothing. */
export function definedOnly(settings: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function readKnown(path: string): Partial<Settings> {
  const content = parseFile(path);
  if (typeof content !== 'object' || content === null) return {};
  const known: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(settingsSchema.shape)) {
    const value = schema.safeParse(Reflect.get(content, key));
    if (value.success) known[key] = value.data;
  }
  return known;
}

function parseFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
