import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MAX_PEER_NAME_CHARS } from '../../src-shared/wire/limits';
import { parseFingerprint } from './fingerprint';
import { isMissingFile, writePrivateFile } from './private-file';

const pinSchema = z.object({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the teacher called itself when it was pinned: for people to read, never for deciding. */
  name: z.string().max(MAX_PEER_NAME_CHARS),
});
const fileSchema = z.object({ version: z.literal(1), teachers: z.array(pinSchema) });

export type Pin = Readonly<z.infer<typeof pinSchema>>;

/** The list of trusted teachers cannot be used; the message says what to do. */
export class TrustStoreError extends Error {
  override readonly name = 'TrustStoreError';
}

const FILE = 'pins.json';

/** The teachers whose certificates this student accepts, by fingerprint only (PROTOCOL.md section 4.1). */
export class TrustStore {
  private saving: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly pins: Map<string, Pin>,
  ) {}

  /** @throws TrustStoreError where the stored list is damaged: trust is never guessed. */
  static async load(stateDir: string): Promise<TrustStore> {
    const path = join(stateDir, FILE);
    const pins = await readPins(path);
    return new TrustStore(path, new Map(pins.map((pin) => [pin.fingerprint, pin])));
  }

  isTrusted(fingerprint: string): boolean {
    return this.pins.has(fingerprint);
  }

  list(): readonly Pin[] {
    return [...this.pins.values()];
  }

  /**
   * Trusts a teacher from now on; resolves once that is on disk.
   * @throws FingerprintError, or TrustStoreError where it cannot be stored.
   */
  async pin(fingerprint: string, name: string): Promise<void> {
    const parsed = parseFingerprint(fingerprint);
    this.pins.set(parsed, { fingerprint: parsed, name: name.slice(0, MAX_PEER_NAME_CHARS) });
    // One write at a time, each of the whole list: the last one to land has everything.
    this.saving = this.saving.catch(() => {}).then(() => this.save());
    await this.saving;
  }

  private async save(): Promise<void> {
    const content = JSON.stringify({ version: 1, teachers: this.list() }, null, 2);
    try {
      await writePrivateFile(this.path, `${content}\n`);
    } catch (error) {
      throw new TrustStoreError(`Tutti cannot store the list of trusted teachers in ${this.path}: ${String(error)}.`);
    }
  }
}

async function readPins(path: string): Promise<readonly Pin[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissingFile(error)) return [];
    throw new TrustStoreError(`Tutti cannot read the list of trusted teachers in ${path}: ${String(error)}.`);
  }
  try {
    return fileSchema.parse(JSON.parse(text)).teachers;
  } catch {
    throw new TrustStoreError(
      `The list of trusted teachers in ${path} is damaged. Move it away and trust your teacher again.`,
    );
  }
}
