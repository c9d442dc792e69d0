import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReceivedTransfers, type TransferRecord } from './received-transfers';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-received-'));
  await mkdir(music());
});
afterEach(() => rm(directory, { recursive: true }));

const folder = () => join(directory, 'received');
const music = () => join(directory, 'music');
const idOf = (number: number) => number.toString(16).padStart(16, '0');
const COVER = 'data:image/png;base64,AAAA';
const open = (leftovers = new Map()) => ReceivedTransfers.open(folder(), leftovers);

function record(number: number, changes: Partial<TransferRecord> = {}): Omit<TransferRecord, 'version'> {
  return {
    ...{ id: idOf(number), from: 'Band room', at: 1000 + number, directory: music(), state: 'complete' },
    files: [{ path: 'a.wav', size: 10, start: 0, track: { title: 'A', cover: 0 } }],
    ...{ covers: [COVER], totalBytes: 42, missingBytes: 0 },
    received: [{ path: 'x/a.wav', size: 10 }],
    ...changes,
  };
}

async function putAll(...records: Omit<TransferRecord, 'version'>[]): Promise<ReceivedTransfers> {
  const transfers = await open();
  for (const each of records) transfers.put(each);
  await transfers.idle();
  return transfers;
}

const idsOf = (transfers: ReceivedTransfers) => transfers.views.map(({ id }) => id);

describe('what was received', () => {
  it('is there after a restart: newest first, with tracks, covers and places', async () => {
    const before = await putAll(record(1), record(3), record(2, { state: 'failed', failure: 'The disk is full.' }));
    const after = await open();
    expect(idsOf(after)).toEqual([3, 1].map(idOf));
    expect(after.views[0]).toEqual({
      ...{ id: idOf(3), from: 'Band room', at: 1003, state: 'complete', transmission: 0, rate: 0 },
      files: [{ path: 'a.wav', size: 10, start: 0, track: { title: 'A', cover: 0 } }],
      ...{ covers: [COVER], totalBytes: 42, missingBytes: 0, lossMap: new Uint8Array(512) },
      received: [{ path: 'x/a.wav', size: 10 }],
    });
    // What failed before anything of it could be stored is shown until then.
    expect(before.views[1]).toMatchObject({ state: 'failed', failure: 'The disk is full.' });
  });

  it('is one entry for each transfer, whatever becomes of it', async () => {
    await putAll(record(1, { state: 'interrupted', missingBytes: 42 }), record(1, { state: 'failed', failure: 'No.' }));
    expect((await open()).views).toMatchObject([{ id: idOf(1), state: 'failed', failure: 'No.' }]);
    await putAll(record(1));
    expect((await open()).views).toMatchObject([{ id: idOf(1), state: 'complete' }]);
  });

  it('keeps its views as they are until something changes', async () => {
    const transfers = await putAll(record(1));
    const { views } = transfers;
    expect(transfers.views).toBe(views);
    transfers.put(record(2));
    expect(transfers.views[1]).toBe(views[0]);
    await transfers.idle();
  });

  it('shows what was interrupted as far as it is there, and as failed once it is gone', async () => {
    const interrupted: Partial<TransferRecord> = { state: 'interrupted', received: [], missingBytes: 42 };
    await putAll(record(1, interrupted), record(2, interrupted));
    const left = { missing: [[21, 42]] as const, missingBytes: 21 };
    const { views } = await open(new Map([[idOf(2), left]]));
    expect(views).toMatchObject([
      { id: idOf(2), state: 'interrupted', missingBytes: 21 },
      { id: idOf(1), state: 'failed' },
    ]);
    expect([views[0]?.lossMap[0], views[0]?.lossMap[511]]).toEqual([0, 255]);
    expect(views[1]?.failure).toMatch(/^It was interrupted.*\.$/);
  });

  it.each([
    ['cut off', () => '{"version":1,"id"'],
    ['of another kind', () => '{"version":2}'],
    [
      'with a picture from elsewhere',
      () => JSON.stringify({ version: 1, ...record(1, { covers: ['https://evil/x.png'] }) }),
    ],
    ['empty', () => ''],
  ])('sets aside a file that is %s, and starts with the others', async (_how, make) => {
    const content = make();
    await putAll(record(1), record(2));
    await writeFile(join(folder(), `${idOf(1)}.json`), content);
    expect(idsOf(await open())).toEqual([idOf(2)]);
    expect((await readdir(folder())).sort()).toEqual([`${idOf(1)}.json.damaged`, `${idOf(2)}.json`]);
    expect(await readFile(join(folder(), `${idOf(1)}.json.damaged`), 'utf8')).toBe(content);
    await putAll(record(1));
    expect(idsOf(await open())).toEqual([2, 1].map(idOf));
  });

  it('lives without its folder', async () => {
    await writeFile(folder(), 'in the way');
    const transfers = await putAll(record(1));
    expect(idsOf(transfers)).toEqual([idOf(1)]);
  });
});

describe('what is kept', () => {
  it('is the latest 200, on the disk as well', async () => {
    await putAll(...Array.from({ length: 205 }, (_, number) => record(number)));
    const { views } = await open();
    expect([views.length, views[0]?.id, views.at(-1)?.id]).toEqual([200, idOf(204), idOf(5)]);
    expect(await readdir(folder())).toHaveLength(200);
  });

  it('is never pushed out by failures, however many and large', async () => {
    const files = Array.from({ length: 50_000 }, (_, i) => ({ path: `${i}${'x'.repeat(200)}`, size: 0, start: 0 }));
    const failed = (number: number, changes = {}) => record(number, { state: 'failed', failure: 'No.', ...changes });
    const transfers = await putAll(record(1), ...Array.from({ length: 60 }, (_, i) => failed(i + 2)));
    transfers.put(failed(100, { files }));
    expect(transfers.views).toHaveLength(41);
    expect(idsOf(transfers)).toContain(idOf(1));
    expect(idsOf(transfers)).not.toContain(idOf(100));
  });

  it('forgets a first try once a second one has brought the same files', async () => {
    const other = { files: [{ path: 'b.wav', size: 10, start: 0 }] };
    const transfers = await putAll(
      record(1, { state: 'interrupted', missingBytes: 42 }),
      record(2, { state: 'failed', failure: 'The disk is full.' }),
      record(3, { state: 'failed', failure: 'The disk is full.', ...other }),
      record(4, { state: 'failed', failure: 'The disk is full.', from: 'Another room' }),
      record(5),
    );
    expect(transfers.put(record(6))).toEqual([]);
    expect(idsOf(transfers)).toEqual([6, 5, 4, 3].map(idOf));
    await transfers.idle();
    expect(idsOf(await open())).toEqual([6, 5].map(idOf));
  });

  it('loses covers where all of them would be too many', async () => {
    const covers = [`data:image/png;base64,${'A'.repeat(2_800_000)}`];
    const transfers = await putAll(...Array.from({ length: 7 }, (_, number) => record(number, { covers })));
    expect(transfers.views.map((view) => view.covers.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });
});

describe('a received file', () => {
  const path = () => join(music(), 'x', 'a.wav');
  beforeEach(async () => {
    await mkdir(join(music(), 'x'));
    await writeFile(path(), 'music');
  });

  it('is found by its number, and nothing else is', async () => {
    const transfers = await putAll(record(1), record(2, { state: 'failed', received: [] }));
    expect(await transfers.fileOf(idOf(1), 0)).toBe(path());
    for (const [id, index] of [
      [idOf(1), 1],
      [idOf(1), -1],
      [idOf(2), 0],
      [idOf(9), 0],
    ] as const) {
      expect(await transfers.fileOf(id, index)).toBeUndefined();
    }
  });

  it('is not found once it is gone, or a folder stands there', async () => {
    const transfers = await putAll(record(1));
    await unlink(path());
    expect(await transfers.fileOf(idOf(1), 0)).toBeUndefined();
    await mkdir(path());
    expect(await transfers.fileOf(idOf(1), 0)).toBeUndefined();
  });

  it.each([
    [
      'a link in its place',
      async () => {
        await rename(path(), join(directory, 'outside'));
        await symlink(join(directory, 'outside'), path());
      },
    ],
    [
      'a link in place of its folder',
      async () => {
        await rename(join(music(), 'x'), join(directory, 'x'));
        await symlink(join(directory, 'x'), join(music(), 'x'));
      },
    ],
  ])('is not found by %s', async (_how, swap) => {
    const transfers = await putAll(record(1));
    await swap();
    expect(await transfers.fileOf(idOf(1), 0)).toBeUndefined();
  });

  it('is never outside the music folder, whatever the list says', async () => {
    await writeFile(join(directory, 'secret'), 'secret');
    const received = ['../secret', `../../../../../../../..${directory}/secret`].map((name) => {
      return { path: name, size: 6 };
    });
    const transfers = await putAll(record(1, { received }));
    expect(await transfers.fileOf(idOf(1), 0)).toBeUndefined();
    expect(await transfers.fileOf(idOf(1), 1)).toBeUndefined();
  });
});
