import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReceivedFile } from './received-file';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-received-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

async function create(onWritten: (pieces: number) => void = () => {}) {
  const path = join(folder, 'song.wav');
  const file = await ReceivedFile.create(path, onWritten, (error) => {
    throw error;
  });
  return { file, path };
}

describe('a file that is fetched', () => {
  it('has its pieces where they belong, in whatever order they come, and is hidden until then', async () => {
    let written = 0;
    const { file, path } = await create((pieces) => {
      written += pieces;
    });
    file.write(6, bytes('world'));
    file.write(0, bytes('hello '));
    await vi.waitFor(() => expect(written).toBe(2));
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.tutti-[0-9a-f]{16}\.part$/)]);
    expect(await file.place(11)).toMatchObject({ path });
    await file.close();
    expect([readdirSync(folder), readFileSync(path, 'utf8')]).toEqual([['song.wav'], 'hello world']);
  });

  it('that is begun anew keeps nothing of the first attempt, and nothing of the second is lost', async () => {
    const reports: number[] = [];
    const { file, path } = await create((pieces) => reports.push(pieces));
    file.write(0, bytes('first, and longer'));
    file.truncate();
    file.write(0, bytes('second'));
    expect(await file.place(6)).toMatchObject({ path });
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('second');
    expect(reports).toEqual([1]);
  });
});
