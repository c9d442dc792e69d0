import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { renameSync, symlinkSync, watch } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { covers, EMPTY, intersect, sizeOf, span, valuesOf } from '../../src-shared/ranges/range-set';
import { expandTemplate } from '../../src-shared/text/folder-template';
import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import type { Manifest, ManifestFile } from '../../src-shared/wire/messages';
import { BlockCode } from '../coding/block-code';
import { TransferLayout } from '../multicast/transfer-layout';
import { cipherChunk } from './chunk-cipher';
import { StorageError } from './library-error';
import { PartFiles } from './part-files';
import { PartialTransfer, type Places } from './partial-transfer';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-partial-'));
});
afterEach(() => rm(directory, { recursive: true }));

const key = randomBytes(32);
const transfer = '0123456789abcdef';
const CHUNK = CHUNK_UNITS * 1448;
const code = new BlockCode(1448);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** A transfer as a teacher would send it. */
class Sent {
  readonly layout: TransferLayout;
  readonly manifest: Manifest;
  readonly space: Buffer;
  readonly root: string;

  constructor(readonly files: readonly (readonly [path: string, content: Buffer])[]) {
    const content = Buffer.concat(files.map(([, bytes]) => bytes));
    this.layout = new TransferLayout(content.length, 1448);
    this.manifest = {
      covers: [],
      files: files.map(([path, bytes]) => ({ path: path.split('/'), size: bytes.length, modified: 1_500_000_000_000 })),
    };
    const chunks = Array.from({ length: this.layout.chunkCount }, (_, chunk) =>
      cipherChunk(key, chunk, content.subarray(...this.layout.bytesOfChunk(chunk))),
    );
    const trailer = Buffer.concat(chunks.map(sha256));
    this.space = Buffer.concat([...chunks, trailer]);
    this.root = sha256(trailer).toString('hex');
  }

  unit(unit: number): Buffer {
    const offset = this.layout.offsetOf(unit);
    return this.space.subarray(offset, offset + this.layout.lengthOf(unit));
  }

  open(at = join(directory, 'partial'), memoryBytes?: number): Promise<PartialTransfer> {
    const options = { directory: at, transfer, layout: this.layout, manifest: this.manifest, key };
    return PartialTransfer.open(memoryBytes === undefined ? options : { ...options, memoryBytes });
  }

  /** Completes a chunk by parity units from this index on, as many as are missing. */
  solve(partial: PartialTransfer, chunk: number, from: number): void {
    const [start, end] = this.layout.unitsOfChunk(chunk);
    const missing = [...valuesOf(intersect(partial.missing(), span(start, end)))];
    const indices = missing.map((_, i) => (from + i) % CHUNK_PARITY);
    const units = Buffer.concat(Array.from({ length: end - start }, (_, i) => this.unit(start + i)));
    code.parityOf(units, Uint8Array.from(indices)).forEach((bytes, i) => {
      partial.parity.keep(chunk, indices[i] ?? 0, bytes);
    });
    partial.solve(chunk, missing, indices);
  }

  /** Every unit that the student misses. */
  fill(partial: PartialTransfer): void {
    for (const [start, end] of partial.missing()) {
      for (let unit = start; unit < end; unit++) partial.write(unit, this.unit(unit));
    }
  }

  async receive(destination: string): Promise<PartialTransfer> {
    const partial = await this.open();
    this.fill(partial);
    await partial.verify(this.root);
    await partial.finalize(below(destination));
    return partial;
  }
}

/** Straight into a folder, keeping what is there. */
const below = (destination: string): Places => ({
  destination,
  foldersOf: () => [],
  conflicts: { rule: 'keepBoth', now: new Date(0) },
});

const song = (size: number) => new Sent([['song.flac', randomBytes(size)]]);
const destination = () => join(directory, 'received');

describe('sizes and shapes', () => {
  it.each([0, 1, 1447, 1448, 1449, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])('a file of %i bytes', async (size) => {
    const sent = song(size);
    const partial = await sent.open();
    expect(partial.missing()).toEqual(span(0, sent.layout.unitCount));
    sent.fill(partial);
    expect(await partial.verify(sent.root)).toEqual({ rejected: EMPTY, forgedChunks: 0 });
    const content = sent.files[0]?.[1] ?? Buffer.alloc(0);
    expect(await partial.finalize(below(destination()))).toEqual([{ path: 'song.flac', size }]);
    expect(await readFile(join(destination(), 'song.flac'))).toEqual(content);
    expect((await stat(join(destination(), 'song.flac'))).mtimeMs).toBe(1_500_000_000_000);
    await partial.discard();
    expect(await readdir(join(directory, 'partial'))).toEqual([]);
  });

  it('thousands of small files in nested folders, with names that file systems tell apart only just', async () => {
    const paths = Array.from({ length: 1500 }, (_, i) => `class/${i % 7}/disc ${i % 11}/${i}.mid`);
    const odd = [
      'class/é.mp3',
      'class/e\u0301.mp3',
      'class/É.mp3',
      `class/${'x'.repeat(251)}.mp3`,
      'empty folder/empty',
    ];
    const sent = new Sent([...paths, ...odd].map((path, i) => [path, randomBytes(i % 300)] as const));
    await sent.receive(destination());
    for (const [path, content] of sent.files) expect(await readFile(join(destination(), path))).toEqual(content);
  });
});

describe('any order, duplicates, crashes', () => {
  interface Step {
    /** Units to write, as a permutation's seed; how many; and what happens then. */
    readonly seed: number;
    readonly share: number;
    readonly after: 'go on' | 'solve' | 'flush' | 'crash' | 'restart';
  }
  const step: fc.Arbitrary<Step> = fc.record({
    seed: fc.nat(),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    after: fc.constantFrom('go on', 'solve', 'flush', 'crash', 'restart'),
  });
  const sizes = fc.array(fc.oneof(fc.nat(3000), fc.constantFrom(0, CHUNK, CHUNK * 2 + 1)), {
    minLength: 1,
    maxLength: 6,
  });

  /** Some units in a scattered order, the same for the same seed. */
  function* scattered(count: number, { seed, share }: Step): Generator<number> {
    const stride = (seed % 97) * 2 + 1;
    for (let i = 0; i < count * share; i++) yield (seed + i * stride) % count;
  }

  async function settled(partial: PartialTransfer): Promise<void> {
    while (partial.pendingBytes > 0) await setImmediate();
  }

  it('always ends with identical files, and a crash loses no more than came after the last flush', async () => {
    let run = 0;
    const property = fc.asyncProperty(sizes, fc.array(step, { maxLength: 8 }), async (fileSizes, steps) => {
      const sent = new Sent(fileSizes.map((size, i) => [`${i}`, randomBytes(size)] as const));
      const home = join(directory, `run ${run++}`);
      let place = join(home, '0');
      let partial = await sent.open(place, CHUNK);
      let durable = EMPTY;
      for (const [index, next] of steps.entries()) {
        for (const unit of scattered(sent.layout.unitCount, next)) partial.write(unit, sent.unit(unit));
        if (next.after === 'solve' && sent.layout.chunkCount > 0)
          sent.solve(partial, next.seed % sent.layout.chunkCount, next.seed % CHUNK_PARITY);
        if (next.after === 'flush') await partial.flush();
        if (next.after === 'flush') durable = partial.missing();
        if (next.after === 'restart') {
          const missing = partial.missing();
          await partial.close();
          partial = await sent.open(place, CHUNK);
          durable = partial.missing();
          expect(durable).toEqual(missing);
        }
        if (next.after === 'crash') {
          await settled(partial);
          const copy = join(home, `${index + 1}`);
          await cp(place, copy, { recursive: true });
          await partial.discard();
          place = copy;
          partial = await sent.open(place, CHUNK);
          if (durable.length > 0) expect(covers(durable, partial.missing())).toBe(true);
          durable = partial.missing();
        }
      }
      sent.fill(partial);
      expect(await partial.verify(sent.root)).toEqual({ rejected: EMPTY, forgedChunks: 0 });
      await partial.finalize(below(join(home, 'received')));
      for (const [path, content] of sent.files) expect(await readFile(join(home, 'received', path))).toEqual(content);
      await partial.discard();
      await rm(home, { recursive: true });
    });
    await fc.assert(property, { numRuns: 25 });
    // Each run flushes a real disk many times: beside the other tiers that takes a minute.
  }, 240_000);

  it('keeps memory bounded and still loses nothing when chunks stay incomplete', async () => {
    const sent = song(CHUNK * 20);
    const partial = await sent.open(undefined, CHUNK * 2);
    for (let unit = 0; unit < sent.layout.unitCount; unit++)
      if (unit % CHUNK_UNITS !== 7) partial.write(unit, sent.unit(unit));
    await partial.flush();
    expect(sizeOf(partial.missing())).toBe(20);
    sent.fill(partial);
    expect((await partial.verify(sent.root)).rejected).toEqual(EMPTY);
    expect(partial.isVerified).toBe(true);
    await partial.close();
  });

  it('completes chunks by parity, whether their other units are in memory, on the way to the disk or on it', async () => {
    const sent = song(CHUNK * 20);
    const { layout } = sent;
    for (const memoryBytes of [CHUNK, CHUNK * 2, CHUNK * 100]) {
      const partial = await sent.open(undefined, memoryBytes);
      for (let unit = 0; unit < layout.unitCount; unit++) if (unit % 29 !== 7) partial.write(unit, sent.unit(unit));
      for (let chunk = 0; chunk < layout.chunkCount; chunk++) {
        sent.solve(partial, chunk, chunk);
        // Units that come after all, while the chunk is being completed.
        partial.write(layout.contentUnits - 1 - chunk, sent.unit(layout.contentUnits - 1 - chunk));
      }
      expect(partial.missing()).toEqual(EMPTY);
      expect((await partial.verify(sent.root)).rejected).toEqual(EMPTY);
      expect(partial.isVerified).toBe(true);
      await partial.discard();
    }
  });

  it('reads nothing from the disk for a chunk that its parity follows', async () => {
    const sent = song(CHUNK * 200);
    const { layout } = sent;
    const partial = await sent.open();
    const read = vi.spyOn(PartFiles.prototype, 'read');
    for (let chunk = 0; chunk < layout.chunkCount; chunk++) {
      const [start, end] = layout.unitsOfChunk(chunk);
      // One datagram of each chunk is lost, as at 1 % loss.
      for (let unit = start; unit < end; unit++) if (unit !== end - 3) partial.write(unit, sent.unit(unit));
      sent.solve(partial, chunk, 0);
      if (chunk % 5 === 0) await setImmediate();
    }
    sent.fill(partial);
    expect((await partial.verify(sent.root)).rejected).toEqual(EMPTY);
    expect(partial.isVerified).toBe(true);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
    await partial.discard();
  });

  it('forgets parity that was not used when it is opened again: its units are missing as before', async () => {
    const sent = song(CHUNK);
    const partial = await sent.open();
    for (let unit = 3; unit < sent.layout.unitCount; unit++) partial.write(unit, sent.unit(unit));
    partial.parity.keep(0, 5, randomBytes(1448));
    await partial.close();
    const again = await sent.open();
    expect(again.missing()).toEqual(span(0, 3));
    again.solve(0, [0], [5]);
    expect(again.missing()).toEqual(span(0, 3));
    await again.close();
  });

  it('finds what a power cut took although the journal names it', async () => {
    const sent = song(CHUNK * 3);
    const partial = await sent.open();
    sent.fill(partial);
    await partial.close();
    await truncate(join(directory, 'partial', transfer, '0'), CHUNK + 5);
    const again = await sent.open();
    expect(again.missing()).toEqual(span(CHUNK_UNITS, 3 * CHUNK_UNITS));
    await again.close();
  });

  it.each([
    ['journal', 'damaged'],
    ['journal', ''],
    ['offer.json', '{}'],
  ])('begins afresh where %s is “%s”', async (name, content) => {
    const sent = song(CHUNK * 2);
    const partial = await sent.open();
    sent.fill(partial);
    await partial.close();
    await writeFile(join(directory, 'partial', transfer, name), content);
    const again = await sent.open();
    expect(again.missing()).toEqual(span(0, sent.layout.unitCount));
    await again.close();
  });

  it('keeps the key to itself', async () => {
    const partial = await song(10).open();
    const folder = join(directory, 'partial', transfer);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'offer.json'))).mode & 0o777).toBe(0o600);
    await partial.close();
  });
});

describe('what is not the teacher’s', () => {
  const forged = randomBytes(1448);

  it('is refused chunk by chunk, is missing again, and counts as forged the second time', async () => {
    const sent = song(CHUNK * 3);
    const partial = await sent.open();
    partial.write(CHUNK_UNITS + 5, forged);
    sent.fill(partial);
    expect(await partial.verify(sent.root)).toEqual({ rejected: span(CHUNK_UNITS, 2 * CHUNK_UNITS), forgedChunks: 0 });
    expect(partial.missing()).toEqual(span(CHUNK_UNITS, 2 * CHUNK_UNITS));
    await expect(partial.finalize(below(destination()))).rejects.toThrow();
    partial.write(CHUNK_UNITS + 15, forged);
    sent.fill(partial);
    expect(await partial.verify(sent.root)).toEqual({ rejected: span(CHUNK_UNITS, 2 * CHUNK_UNITS), forgedChunks: 1 });
    sent.fill(partial);
    expect(await partial.verify(sent.root)).toEqual({ rejected: EMPTY, forgedChunks: 1 });
    await partial.finalize(below(destination()));
    expect(await readFile(join(destination(), 'song.flac'))).toEqual(sent.files[0]?.[1]);
  });

  it('is refused with all that it was computed into', async () => {
    const sent = song(CHUNK * 3);
    const partial = await sent.open();
    for (let unit = 0; unit < sent.layout.unitCount; unit++) {
      if (unit !== 20 && unit !== 100) partial.write(unit, sent.unit(unit));
    }
    partial.parity.keep(0, 3, forged);
    partial.parity.keep(0, 4, forged);
    partial.solve(0, [20, 100], [3, 4]);
    expect(partial.missing()).toEqual(EMPTY);
    expect(await partial.verify(sent.root)).toEqual({ rejected: span(0, CHUNK_UNITS), forgedChunks: 0 });
    sent.solve(partial, 0, 9);
    sent.fill(partial);
    expect((await partial.verify(sent.root)).rejected).toEqual(EMPTY);
    expect(partial.isVerified).toBe(true);
    await partial.close();
  });

  it('is refused in the trailer, as a whole', async () => {
    const sent = song(CHUNK * 3);
    const partial = await sent.open();
    partial.write(3 * CHUNK_UNITS, Buffer.alloc(96));
    sent.fill(partial);
    expect((await partial.verify(sent.root)).rejected).toEqual(span(3 * CHUNK_UNITS, 3 * CHUNK_UNITS + 1));
    sent.fill(partial);
    expect((await partial.verify(sent.root)).rejected).toEqual(EMPTY);
    expect(partial.isVerified).toBe(true);
    await partial.close();
  });

  it('is not judged before there is a root, or before the trailer is there', async () => {
    const sent = song(CHUNK);
    const partial = await sent.open();
    for (let unit = 0; unit < CHUNK_UNITS; unit++) partial.write(unit, sent.unit(unit));
    await partial.verify(sent.root);
    expect(partial.isVerified).toBe(false);
    sent.fill(partial);
    await partial.verify(undefined);
    expect(partial.isVerified).toBe(false);
    await partial.close();
  });

  it('is never taken with a wrong length, twice, or outside the transfer', async () => {
    const sent = song(5000);
    const partial = await sent.open();
    expect(partial.write(0, sent.unit(0).subarray(1))).toBe(false);
    expect(partial.write(3, forged)).toBe(false);
    expect(partial.write(sent.layout.unitCount, forged)).toBe(false);
    expect(partial.write(0, sent.unit(0))).toBe(true);
    expect(partial.write(0, forged)).toBe(false);
    await partial.close();
  });
});

describe('placing', () => {
  const text = (content: string) => Buffer.from(content);

  it('skips what is there with the same content and keeps both where it differs', async () => {
    const sent = new Sent([['a/song.mp3', text('new')]]);
    const received = [];
    for (let i = 0; i < 2; i++) received.push(...(await finalizedAnew(sent)));
    await writeFile(join(destination(), 'a/song.mp3'), 'edited by the student');
    for (let i = 0; i < 2; i++) received.push(...(await finalizedAnew(sent)));
    expect(received.map((file) => file.path)).toEqual(['a/song.mp3', 'a/song.mp3', 'a/song (2).mp3', 'a/song (2).mp3']);
    expect(await readFile(join(destination(), 'a/song.mp3'), 'utf8')).toBe('edited by the student');
    expect((await readdir(join(destination(), 'a'))).sort()).toEqual(['song (2).mp3', 'song.mp3']);
  });

  async function finalizedAnew(sent: Sent) {
    const partial = await sent.open();
    sent.fill(partial);
    await partial.verify(sent.root);
    const files = await partial.finalize(below(destination()));
    await partial.discard();
    return files;
  }

  it('follows a template by file and keeps the order of the set', async () => {
    const artists = ['Ben', '../..', undefined, 'Ana'];
    const sent = new Sent(artists.map((_artist, index) => [`Set/${index}.wav`, text(`${index}`)] as const));
    const partial = await sent.open();
    sent.fill(partial);
    await partial.verify(sent.root);
    const foldersOf = ({ path }: ManifestFile) =>
      expandTemplate('{room}/{artist}', { room: '.tutti', artist: artists[Number.parseInt(path[1] ?? '', 10)] });
    const received = await partial.finalize({ ...below(destination()), foldersOf });
    expect(received.map(({ path }) => path)).toEqual([
      'tutti/Ben/Set/0.wav',
      'tutti/-/Set/1.wav',
      'tutti/Set/2.wav',
      'tutti/Ana/Set/3.wav',
    ]);
    for (const [index, { path }] of received.entries()) {
      expect(await readFile(join(destination(), path), 'utf8')).toBe(`${index}`);
    }
    await partial.discard();
  });

  it('goes through no link below the destination, to a folder or to a file', async () => {
    const outside = join(directory, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'victim'), 'victim');
    await mkdir(destination());
    await symlink(outside, join(destination(), 'a'));
    await expect(finalizedAnew(new Sent([['a/song.mp3', text('x')]]))).rejects.toThrow(StorageError);
    await expect(finalizedAnew(new Sent([['a/b/song.mp3', text('x')]]))).rejects.toThrow(/“a” .* is a link/);
    await symlink(join(outside, 'victim'), join(destination(), 'song.mp3'));
    expect(await finalizedAnew(new Sent([['song.mp3', text('x')]]))).toMatchObject([{ path: 'song (2).mp3' }]);
    expect(await readdir(outside)).toEqual(['victim']);
    expect(await readFile(join(outside, 'victim'), 'utf8')).toBe('victim');
  });

  it('stops when a folder is swapped for a link while it places, and leaves nothing where the link leads', async () => {
    const outside = join(directory, 'outside');
    await mkdir(outside);
    const sent = new Sent(Array.from({ length: 1000 }, (_, i) => [`a/${i}`, text(`${i}`)] as const));
    await mkdir(join(destination(), 'a'), { recursive: true });
    const watcher = watch(join(destination(), 'a'), () => {
      watcher.close();
      renameSync(join(destination(), 'a'), join(destination(), 'b'));
      symlinkSync(outside, join(destination(), 'a'));
    });
    await expect(finalizedAnew(sent)).rejects.toThrow(/was moved while files were being stored/);
    expect(await readdir(outside)).toEqual([]);
  });

  it('stores nothing in its own folder for a sender', async () => {
    const sent = new Sent([['.tutti/pins.json', text('[]')]]);
    await expect(finalizedAnew(sent)).rejects.toThrow(/keeps its own files/);
    await expect(stat(join(destination(), '.tutti/pins.json'))).rejects.toThrow();
  });

  it('resumes when it was killed while placing: placed files are never written to again', async () => {
    const sent = song(CHUNK * 2);
    const partial = await sent.receive(destination());
    await partial.close();
    const part = join(directory, 'partial', transfer, '0');
    expect((await stat(part)).nlink).toBe(2);
    const again = await sent.open();
    expect(again.missing()).toEqual(EMPTY);
    expect((await stat(part)).nlink).toBe(1);
    await again.verify(sent.root);
    expect((await again.finalize(below(destination()))).map((file) => file.path)).toEqual(['song.flac']);
    expect(await readdir(destination())).toEqual(['song.flac']);
    await again.discard();
  });
});

describe('a disk that fails', () => {
  const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

  /** Runs a test on a small disk of its own. */
  async function onSmallDisk(test: (mount: string) => Promise<void>): Promise<void> {
    const mount = join(directory, 'disk');
    await mkdir(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount]);
    try {
      await test(mount);
    } finally {
      execFileSync('umount', ['-l', mount]);
    }
  }

  it.skipIf(!isRoot)('says that it is full, and never that the transfer is complete (needs root: mounts a disk)', () =>
    onSmallDisk(async (mount) => {
      const sent = song(CHUNK * 40);
      const partial = await sent.open(join(mount, 'partial'));
      sent.fill(partial);
      await expect(partial.verify(sent.root)).rejects.toThrow(/The disk of this computer is full/);
      expect(partial.failure).toMatchObject({ name: 'StorageError', code: 'ENOSPC' });
      await expect(partial.flush()).rejects.toThrow(StorageError);
      await expect(partial.finalize(below(destination()))).rejects.toThrow(StorageError);
      expect(partial.write(0, sent.unit(0))).toBe(false);
      await partial.discard();
    }),
  );

  it.skipIf(!isRoot)('says that it is read-only (needs root: mounts a disk)', () =>
    onSmallDisk(async (mount) => {
      execFileSync('mount', ['-o', 'remount,ro', mount]);
      await expect(song(10).open(join(mount, 'partial'))).rejects.toThrow(/is on a disk that is read-only/);
      await expect(song(10).receive(join(mount, 'received'))).rejects.toThrow(/is on a disk that is read-only/);
    }),
  );

  it.skipIf(!isRoot)('places files on another disk than the parts (needs root: mounts a disk)', () =>
    onSmallDisk(async (mount) => {
      const sent = new Sent([['a/song.mp3', randomBytes(CHUNK * 2)]]);
      await sent.receive(mount);
      expect(await readFile(join(mount, 'a/song.mp3'))).toEqual(sent.files[0]?.[1]);
      expect((await stat(join(mount, 'a/song.mp3'))).mtimeMs).toBe(1_500_000_000_000);
      expect(await readdir(mount)).toEqual(['a']);
    }),
  );

  it('names a destination that is a file', async () => {
    await writeFile(destination(), 'in the way');
    await expect(song(10).receive(destination())).rejects.toThrow(StorageError);
    expect(await readFile(destination(), 'utf8')).toBe('in the way');
  });
});
