import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorCode, TftpError } from '../tftp/tftp-error';
import { SharedFolder, SharedFolderError } from './shared-folder';

let base: string;
let root: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tutti-shared-'));
  root = join(base, 'root');
  mkdirSync(join(root, 'boot'), { recursive: true });
  writeFileSync(join(base, 'secret.txt'), 'secret');
  writeFileSync(join(root, 'boot', 'kernel'), 'kernel');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function contentOf(name: string): Promise<string> {
  const file = await (await SharedFolder.open(root)).openFile(name);
  try {
    return Buffer.from(await file.read(0, file.size)).toString();
  } finally {
    await file.close();
  }
}

async function refusalOf(name: string): Promise<TftpError> {
  const refused = await contentOf(name).catch((error: unknown) => error);
  if (refused instanceof TftpError) return refused;
  throw new Error(`“${name}” gave ${String(refused)}`);
}

describe('the shared folder', () => {
  it.each(['boot/kernel', '/boot/kernel', '//boot//kernel', '\\boot\\kernel'])(
    'gives a file below it as %j, as boot loaders write names',
    async (name) => {
      expect(await contentOf(name)).toBe('kernel');
    },
  );

  it('follows a link that stays below it', async () => {
    symlinkSync(join(root, 'boot'), join(root, 'now'));
    expect(await contentOf('now/kernel')).toBe('kernel');
  });

  it.each([
    '../secret.txt',
    'boot/../../secret.txt',
    '/../secret.txt',
    'boot/kernel/',
    'boot/./kernel',
    '..\\secret.txt',
    '\\..\\secret.txt',
    'boot\\/..\\../secret.txt',
    'C:/secret.txt',
    'boot/\u2025/secret.txt',
    '.tutti/identity.pem',
    '',
    '/',
    'a'.repeat(300),
  ])('refuses %j as a name', async (name) => {
    expect((await refusalOf(name)).code).toBe(ErrorCode.accessViolation);
  });

  it('refuses a link that leads out, to a file or on the way to one', async () => {
    symlinkSync(join(base, 'secret.txt'), join(root, 'song.wav'));
    symlinkSync(base, join(root, 'up'));
    for (const name of ['song.wav', 'up/secret.txt'])
      expect(await refusalOf(name)).toMatchObject({
        code: ErrorCode.accessViolation,
        message: `This leads out of the shared folder: ${name}`,
      });
  });

  it('keeps to itself what is hidden by a dot, also behind a link', async () => {
    mkdirSync(join(root, '.ssh'));
    writeFileSync(join(root, '.ssh', 'id'), 'secret');
    writeFileSync(join(root, 'boot', '.env'), 'secret');
    symlinkSync(join(root, '.ssh'), join(root, 'keys'));
    for (const name of ['.ssh/id', 'boot/.env', 'keys/id'])
      expect(await refusalOf(name)).toMatchObject({
        code: ErrorCode.accessViolation,
        message: `This is hidden: ${name}`,
      });
  });

  it('is not fooled by a folder whose name begins like its own', async () => {
    mkdirSync(`${root}-private`);
    writeFileSync(join(`${root}-private`, 'diary'), 'secret');
    symlinkSync(`${root}-private`, join(root, 'private'));
    expect((await refusalOf('private/diary')).code).toBe(ErrorCode.accessViolation);
  });

  it('gives plain files only, and waits for no pipe', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    for (const name of ['pipe', 'boot'])
      expect(await refusalOf(name)).toMatchObject({
        code: ErrorCode.accessViolation,
        message: `This is not a plain file: ${name}`,
      });
  });

  it('says what is not there', async () => {
    for (const name of ['song.wav', 'boot/kernel/of', 'nowhere/at/all'])
      expect(await refusalOf(name)).toMatchObject({
        code: ErrorCode.notFound,
        message: `There is no such file in the shared folder: ${name}`,
      });
  });

  it('has to be a folder that is there', async () => {
    await expect(SharedFolder.open(join(base, 'nowhere'))).rejects.toThrow(SharedFolderError);
    await expect(SharedFolder.open(join(base, 'secret.txt'))).rejects.toThrow('is a file: devices are shown a folder.');
  });
});

describe('a shared file', () => {
  it('is read in pieces of any size', async () => {
    const bytes = randomBytes(300_001);
    writeFileSync(join(root, 'song.wav'), bytes);
    const file = await (await SharedFolder.open(root)).openFile('song.wav');
    for (const length of [512, 65_464, 300_001]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < file.size; at += length) pieces.push(await file.read(at, length));
      expect(Buffer.concat(pieces).equals(bytes), `${length} bytes at a time`).toBe(true);
    }
    expect(await file.read(file.size, 512)).toHaveLength(0);
    await file.close();
  });

  it('that grows or is written to is given no further', async () => {
    const path = join(root, 'take.wav');
    writeFileSync(path, randomBytes(500_000));
    const file = await (await SharedFolder.open(root)).openFile('take.wav');
    await file.read(0, 512);
    appendFileSync(path, 'one more bar');
    await expect(file.read(400_000, 512)).rejects.toThrow('This changed while it was being sent: take.wav');
    await file.close();
  });
});
