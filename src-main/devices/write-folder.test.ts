import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorCode, TftpError } from '../tftp/tftp-error';
import { WriteFolder, type WrittenFile } from './write-folder';

let base: string;
let root: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tutti-written-'));
  root = join(base, 'written');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function create(name: string): Promise<WrittenFile> {
  return (await WriteFolder.open(root)).create(name);
}

async function write(name: string, ...pieces: string[]): Promise<void> {
  const file = await create(name);
  try {
    for (const piece of pieces) await file.append(Buffer.from(piece));
    await file.finish();
  } finally {
    await file.close();
  }
}

async function codeOf(work: Promise<unknown>): Promise<number> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (error instanceof TftpError) return error.code;
  throw new Error(`not refused: ${String(error)}`);
}

describe('the folder that devices write to', () => {
  it('has a file when it is finished, and shows nothing of it before', async () => {
    const file = await create('take.wav');
    await file.append(Buffer.from('one '));
    expect(readdirSync(root)).toEqual(['.tutti']);
    await file.append(Buffer.from('two'));
    await file.finish();
    await file.close();
    expect(readdirSync(root)).toEqual(['take.wav']);
    expect(readFileSync(join(root, 'take.wav'), 'utf8')).toBe('one two');
  });

  it('keeps nothing of a file that is given up', async () => {
    const file = await create('take.wav');
    await file.append(Buffer.from('one'));
    await file.close();
    expect(readdirSync(root)).toEqual([]);
  });

  it('takes files that begin while others are finished', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `${i}.wav`);
    const folder = await WriteFolder.open(root);
    const oneByOne = async (mine: readonly string[]) => {
      for (const name of mine) {
        const file = await folder.create(name);
        await file.finish();
        await file.close();
      }
    };
    await Promise.all([0, 1, 2, 3].map((device) => oneByOne(names.filter((_, i) => i % 4 === device))));
    expect(readdirSync(root).sort()).toEqual(names.sort());
  });

  it('replaces nothing, be it there before or since', async () => {
    mkdirSync(root);
    writeFileSync(join(root, 'take.wav'), 'old');
    expect(await codeOf(create('take.wav'))).toBe(ErrorCode.exists);
    const late = await create('other.wav');
    writeFileSync(join(root, 'other.wav'), 'old');
    expect(await codeOf(late.finish())).toBe(ErrorCode.exists);
    await late.close();
    for (const name of ['take.wav', 'other.wav']) expect(readFileSync(join(root, name), 'utf8')).toBe('old');
  });

  it('writes through no link', async () => {
    mkdirSync(root);
    symlinkSync(join(base, 'elsewhere'), join(root, 'take.wav'));
    expect(await codeOf(create('take.wav'))).toBe(ErrorCode.exists);
    expect(readdirSync(base)).toEqual(['written']);
  });

  it.each([
    '../take.wav',
    'a/take.wav',
    '..',
    '',
    'C:take/x',
    '.tutti',
    '.tutti/identity.pem',
    'a\u0000b',
    'x'.repeat(256),
  ])('refuses %j', async (name) => {
    expect(await codeOf(write(name, 'x'))).toBe(ErrorCode.accessViolation);
    expect(readdirSync(base)).toEqual(['written']);
    expect(readdirSync(root)).toEqual([]);
  });

  it('takes the slash that some devices write before a name', async () => {
    await write('/config.cfg', 'x');
    expect(readdirSync(root)).toEqual(['config.cfg']);
  });
});
