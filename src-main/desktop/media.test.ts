import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMediaPath, serveMedia } from './media';

const BYTES = Uint8Array.from({ length: 1000 }, (_, place) => place % 251);
const places = new Map<string, string>();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-media-'));
  for (const [place, name] of [
    ['ab/0', 'a.wav'],
    ['ab/1', 'page.html'],
    ['ab/2', 'gone.mp3'],
    ['ab/3', 'empty.flac'],
    ['ab/4', 'B.MP3'],
    ['ab/5', 'link.wav'],
    ['ab/6', 'folder.wav'],
  ] as const) {
    places.set(place, join(folder, name));
  }
  for (const name of ['a.wav', 'page.html', 'B.MP3']) writeFileSync(join(folder, name), BYTES);
  writeFileSync(join(folder, 'empty.flac'), '');
  symlinkSync(join(folder, 'a.wav'), join(folder, 'link.wav'));
  mkdirSync(join(folder, 'folder.wav'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return serveMedia(new Request(`https://tutti.invalid${path}`, { headers, method }), async ({ transfer, file }) => {
    const place = places.get(`${transfer}/${file}`);
    if (place === undefined) throw new Error('not received');
    return place;
  });
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

describe('received audio', () => {
  it('is served whole, as what it is and nothing else', async () => {
    const response = await get('/media/ab/0');
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'accept-ranges': 'bytes',
      'content-length': '1000',
      'content-type': 'audio/wav',
      'x-content-type-options': 'nosniff',
    });
    expect(await bytesOf(response)).toEqual(BYTES);
    expect((await get('/media/ab/4')).headers.get('content-type')).toBe('audio/mpeg');
  });

  it('is served in part', async () => {
    const response = await get('/media/ab/0', { range: 'bytes=100-299' });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe('bytes 100-299/1000');
    expect(response.headers.get('content-length')).toBe('200');
    expect(await bytesOf(response)).toEqual(BYTES.slice(100, 300));
  });

  it('is served whole where the part would have to match a version', async () => {
    expect((await get('/media/ab/0', { range: 'bytes=1-2', 'if-range': '"x"' })).status).toBe(200);
  });

  it('that is empty has no body and no part', async () => {
    expect((await get('/media/ab/3')).status).toBe(200);
    expect((await get('/media/ab/3', { range: 'bytes=0-' })).status).toBe(416);
  });

  it('can be asked about without its bytes', async () => {
    const response = await get('/media/ab/0', {}, 'HEAD');
    expect(response.headers.get('content-length')).toBe('1000');
    expect(await bytesOf(response)).toHaveLength(0);
  });
});

it('says how long a file is when a part is asked for that is not there', async () => {
  const response = await get('/media/ab/0', { range: 'bytes=1000-' });
  expect(response.status).toBe(416);
  expect(response.headers.get('content-range')).toBe('bytes */1000');
});

it.each([
  ['/media/ab/1', 'GET', 403],
  ['/media/ab/2', 'GET', 404],
  ['/media/ab/9', 'GET', 404],
  ['/media/ab/0/', 'GET', 404],
  ['/media/ab/-1', 'GET', 404],
  ['/media/ab', 'GET', 404],
  ['/media/AB/0', 'GET', 404],
  ['/media/ab%2f0', 'GET', 404],
  ['/media/ab/0000000', 'GET', 404],
  ['/media/ab/0', 'POST', 405],
  ['/media/ab/0', 'DELETE', 405],
])('%s by %s is refused with %i', async (path, method, status) => {
  const response = await get(path, {}, method);
  expect(response.status).toBe(status);
  expect(await bytesOf(response)).toHaveLength(0);
});

it.each([
  ['a link', '/media/ab/5'],
  ['a folder', '/media/ab/6'],
])('%s that has taken the place of a file since that was looked up is not served', async (_what, path) => {
  expect((await get(path)).status).toBe(404);
});

it.runIf(process.platform === 'linux')('leaves no file open, whatever is asked of it', async () => {
  const openFiles = () => readdirSync('/proc/self/fd').length;
  const before = openFiles();
  for (let i = 0; i < 50; i++) {
    await get('/media/ab/0', {}, 'HEAD');
    await get('/media/ab/0', { range: 'bytes=1000-' });
    await get(`/media/ab/${3 + (i % 4)}`).then((response) => response.body?.cancel());
    await (await get('/media/ab/0', { range: 'bytes=1-2' })).arrayBuffer();
  }
  await expect.poll(openFiles).toBeLessThanOrEqual(before);
});

it('knows its own place', () => {
  expect(['/media/ab/0', '/media/', '/media', '/index.html', '/medial/x'].map(isMediaPath)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
