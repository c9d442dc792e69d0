import { MAX_FRAME_BYTES, MAX_HELLO_BYTES } from '../../src-shared/wire/limits';
import { decodeProgress, encodeProgress, type Progress } from '../../src-shared/wire/progress';
import { WireError } from '../../src-shared/wire/wire-error';

/** Frames of the control channel: PROTOCOL.md section 4. Big-endian; the length counts what follows it. */

const LENGTH_BYTES = 4;
const KIND_BYTES = 1;
const MESSAGE_KIND = 1;
const PROGRESS_KIND = 2;
/** The deepest message (announce, with a track in its manifest) has six levels. */
const MAX_JSON_DEPTH = 16;
/** A claimed length reserves no more than this before its bytes arrive. */
const FIRST_RESERVE_BYTES = 64 * 1024;

export type Frame =
  | { readonly kind: 'message'; readonly body: unknown; readonly attachment: Uint8Array }
  | { readonly kind: 'progress'; readonly progress: Progress };

/**
 * A message and its attachment as one frame; may be sent to any number of peers.
 * @throws WireError where the frame would be longer than a peer accepts.
 */
export function encodeMessage(message: object, attachment?: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(message));
  const length = KIND_BYTES + LENGTH_BYTES + json.length + (attachment?.length ?? 0);
  if (length > MAX_FRAME_BYTES) throw new WireError('a message is longer than a frame may be');
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt8(MESSAGE_KIND, LENGTH_BYTES);
  frame.writeUInt32BE(json.length, LENGTH_BYTES + KIND_BYTES);
  const start = LENGTH_BYTES + KIND_BYTES + LENGTH_BYTES;
  frame.set(json, start);
  if (attachment !== undefined) frame.set(attachment, start + json.length);
  return frame;
}

/** A position report as a frame (section 4.4). */
export function encodeProgressFrame(progress: Progress): Buffer {
  const body = encodeProgress(progress);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + KIND_BYTES + body.length);
  frame.writeUInt32BE(KIND_BYTES + body.length, 0);
  frame.writeUInt8(PROGRESS_KIND, LENGTH_BYTES);
  frame.set(body, LENGTH_BYTES + KIND_BYTES);
  return frame;
}

/** Cuts a byte stream into frames, whatever pieces it comes in. After an error it is of no further use. */
export class FrameDecoder {
  private readonly head = Buffer.alloc(LENGTH_BYTES);
  private headFill = 0;
  private length = 0;
  private body = new Uint8Array(0);
  private bodyFill = 0;

  private limit = MAX_HELLO_BYTES;
  private jsonLimit = MAX_HELLO_BYTES;

  /**
   * Takes effect from the next frame on, even one whose bytes are already here.
   * @param limit longest frame accepted, in bytes after the length field
   * @param jsonLimit most of it that may be JSON: parsing that costs memory and time, carrying bytes does not
   */
  setLimits(limit: number, jsonLimit: number): void {
    this.limit = limit;
    this.jsonLimit = jsonLimit;
  }

  /**
   * The frames that `chunk` completes, decoded one by one as they are taken. Attachments may be views of `chunk`.
   * Kinds of frame that this version does not know are left out.
   * @throws WireError at the first frame that is malformed; those before it have been handed over.
   */
  *feed(chunk: Uint8Array): Generator<Frame, void, undefined> {
    let position = 0;
    while (position < chunk.length) {
      if (this.headFill < LENGTH_BYTES) {
        position = this.fillHead(chunk, position);
        continue;
      }
      const wanted = this.length - this.bodyFill;
      const piece = chunk.subarray(position, position + wanted);
      position += piece.length;
      const body = this.append(piece);
      if (body === undefined) continue;
      const frame = decodeFrame(body, this.jsonLimit);
      if (frame !== undefined) yield frame;
    }
  }

  private fillHead(chunk: Uint8Array, position: number): number {
    const piece = chunk.subarray(position, position + LENGTH_BYTES - this.headFill);
    this.head.set(piece, this.headFill);
    this.headFill += piece.length;
    if (this.headFill === LENGTH_BYTES) this.startBody(this.head.readUInt32BE(0));
    return position + piece.length;
  }

  private startBody(length: number): void {
    if (length < KIND_BYTES) throw new WireError('a frame is empty');
    if (length > this.limit) throw new WireError(`a frame of ${length} bytes is longer than the ${this.limit} allowed`);
    this.length = length;
  }

  /** Adds a piece to the frame; the whole body once it is complete, without copying where it came in one piece. */
  private append(piece: Uint8Array): Uint8Array | undefined {
    if (piece.length === this.length) return this.finish(piece);
    this.reserve(this.bodyFill + piece.length);
    this.body.set(piece, this.bodyFill);
    this.bodyFill += piece.length;
    return this.bodyFill === this.length ? this.finish(this.body.subarray(0, this.length)) : undefined;
  }

  /** Doubling: copies stay linear, and a peer has to send half of what it makes us reserve. */
  private reserve(needed: number): void {
    if (needed <= this.body.length) return;
    const size = Math.min(this.length, Math.max(FIRST_RESERVE_BYTES, this.body.length * 2, needed));
    const grown = new Uint8Array(size);
    grown.set(this.body.subarray(0, this.bodyFill));
    this.body = grown;
  }

  private finish(body: Uint8Array): Uint8Array {
    this.headFill = 0;
    this.bodyFill = 0;
    this.body = new Uint8Array(0);
    return body;
  }
}

function decodeFrame(bytes: Uint8Array, jsonLimit: number): Frame | undefined {
  const body = bytes.subarray(KIND_BYTES);
  if (bytes[0] === MESSAGE_KIND) return decodeMessage(body, jsonLimit);
  if (bytes[0] === PROGRESS_KIND) return { kind: 'progress', progress: decodeProgress(body) };
  return undefined;
}

function decodeMessage(bytes: Uint8Array, jsonLimit: number): Frame {
  if (bytes.length < LENGTH_BYTES) throw new WireError('a message is truncated');
  const end = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (end > bytes.length) throw new WireError('a message is truncated');
  if (end - LENGTH_BYTES > jsonLimit) throw new WireError('a message is longer than its kind may be');
  return { kind: 'message', body: decodeJson(bytes.subarray(LENGTH_BYTES, end)), attachment: bytes.subarray(end) };
}

function decodeJson(bytes: Uint8Array): unknown {
  rejectDeepJson(bytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new WireError('a message is not JSON');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** A megabyte of brackets would become a hundred megabytes of nested arrays: look before parsing. */
function rejectDeepJson(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte) && ++depth > MAX_JSON_DEPTH) throw new WireError('a message is nested too deeply');
    else if (CLOSING.has(byte)) depth--;
  }
}
