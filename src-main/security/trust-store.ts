import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { plainText } from '../../src-shared/text/plain-text';
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
   * True for a teacher that is not trusted and yet carries the name of one that is: another device, to be shown as a
   * stranger. Names are compared as people read them.
   */
  isImpostor(name: string, fingerprint: string): boolean {
    if (this.pins.has(fingerprint)) return false;
    const shown = shownName(name);
    return this.list().some((pin) => pin.name !== '' && shownName(pin.name) === shown);
  }

  /**
   * Trusts a teacher from now on; resolves once that is on disk.
   * @throws FingerprintError, or TrustStoreError where it cannot be stored.
   */
  async pin(fingerprint: string, name: string): Promise<void> {
    const parsed = parseFingerprint(fingerprint);
    this.pins.set(parsed, { fingerprint: parsed, name: name.slice(0, MAX_PEER_NAME_CHARS) });
    await this.saved();
  }

  /** Notes what a trusted teacher calls itself now; nothing happens for any other. @throws TrustStoreError */
  async rename(fingerprint: string, name: string): Promise<void> {
    const pin = this.pins.get(fingerprint);
    if (pin !== undefined && pin.name !== name) await this.pin(fingerprint, name);
  }

  /** Trusts a teacher no more; resolves once that is on disk. @throws TrustStoreError */
  async remove(fingerprint: string): Promise<void> {
    if (this.pins.delete(fingerprint)) await this.saved();
  }

  /** One write at a time, each of the whole list: the last one to land has everything. */
  private saved(): Promise<void> {
    this.saving = this.saving.catch(() => {}).then(() => this.save());
    return this.saving;
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

/** What two names have in common that look the same in a list. */
function shownName(name: string): string {
  return plainText(name, MAX_PEER_NAME_CHARS).normalize('NFKC').toLowerCase();
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
      `The list of trusted teachers in ${path} is damaged. Move it away and pair with your teacher again.`,
    );
  }
}
