import { constants, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { type ByteRange, rangeOf } from './media-range';

/** Where `mediaPath` points to: a transfer's id, a file's number. */
const MEDIA_PATH = /^\/media\/([0-9a-f]{1,64})\/(\d{1,6})$/;

/** What the player plays; anything else, such as a received web page, is never served into our own origin. */
const AUDIO_TYPES: Readonly<Record<string, string>> = {
  '.aac': 'audio/aac',
  '.aif': 'audio/aiff',
  '.aiff': 'audio/aiff',
  '.flac': 'audio/flac',
  '.m4a': 'audio/mp4',
  '.mp3': 'audio/mpeg',
  '.oga': 'audio/ogg',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.wav': 'audio/wav',
  '.weba': 'audio/webm',
};

/** Where a received file is, as a path that has been checked; rejects where there is none. */
export type FilePlace = (file: { readonly transfer: string; readonly file: number }) => Promise<string>;

/** True for what `serveMedia` answers. */
export function isMediaPath(path: string): boolean {
  return path.startsWith('/media/');
}

/** Answers a request for received audio, a range of it where one is asked for (RFC 9110 sections 14 and 15.3.7). */
export async function serveMedia(request: Request, placeOf: FilePlace): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, { allow: 'GET, HEAD' });
  const [, transfer, file] = MEDIA_PATH.exec(new URL(request.url).pathname) ?? [];
  if (transfer === undefined || file === undefined) return refuse(404);
  try {
    const path = await placeOf({ transfer, file: Number(file) });
    const type = AUDIO_TYPES[extname(path).toLowerCase()];
    return type === undefined ? refuse(403) : await serveFile(request, path, type);
  } catch {
    return refuse(404);
  }
}

/** No links, and nothing that could be waited for: what was looked up may have been swapped since. Windows knows neither flag. */
const READ_PLAINLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function serveFile(request: Request, path: string, type: string): Promise<Response> {
  const file = await open(path, READ_PLAINLY);
  let body: ReadStream | undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) return refuse(404);
    const { status, headers, range } = headOf(request, found.size, type);
    if (range !== undefined && request.method !== 'HEAD') body = file.createReadStream(range);
    return new Response(body === undefined ? null : webStreamOf(body), { status, headers });
  } finally {
    // A stream closes the file at its own end.
    if (body === undefined) await file.close();
  }
}

interface Head {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** The bytes that follow, where there are any. */
  readonly range?: ByteRange;
}

function headOf(request: Request, size: number, type: string): Head {
  const headers = { 'content-type': type, 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff' };
  // There is nothing by which an If-Range could hold: it asks for the whole then.
  const range = rangeOf(request.headers.has('if-range') ? null : request.headers.get('range'), size);
  if (range === 'unsatisfiable') return { status: 416, headers: { 'content-range': `bytes */${size}` } };
  if (range === 'whole') {
    const whole = { status: 200, headers: { ...headers, 'content-length': String(size) } };
    return size === 0 ? whole : { ...whole, range: { start: 0, end: size - 1 } };
  }
  const { start, end } = range;
  const part = { 'content-length': String(end - start + 1), 'content-range': `bytes ${start}-${end}/${size}` };
  return { status: 206, headers: { ...headers, ...part }, range };
}

function webStreamOf(stream: Readable): ReadableStream<Uint8Array> {
  // Node's and the browser's types of a web stream differ in name only.
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}

function refuse(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers });
}
