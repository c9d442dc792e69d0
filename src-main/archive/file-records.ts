/**
 * How files travel in a channel's packets (PROTOCOL.md section 18). A file is a stream of bytes, its header and then
 * its content; a packet carries one record:
 *
 * | kind | name    | after the kind (u8) and the file's number (u32)                                  |
 * | ---- | ------- | -------------------------------------------------------------------------------- |
 * | 1    | begin   | length of the header (u16), length of the content (u48), the stream from its start |
 * | 2    | data    | where in the stream (u48), bytes of it                                           |
 * | 3    | end     | SHA-256 of the content (32 bytes), the file's name as a hint                     |
 * | 4    | abandon | the file's name as a hint: it changed while it was being sent                    |
 *
 * Files follow one another in a channel. Whoever joins in the middle of one waits for the next; whoever lost a packet of one
 * has not got that file.
 */

const BEGIN = 1;
const DATA = 2;
const END = 3;
const ABANDON = 4;

const PREFIX = 5;
const BEGIN_BYTES = PREFIX + 8;
const DATA_BYTES = PREFIX + 6;
const DIGEST_BYTES = 32;
/** A path of 32 names of 255 bytes, quoted, and what else a header says. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Names are hints for a sentence, and a packet has room for this much of one. */
const MAX_HINT_BYTES = 255;

/** Makes the records of one file, each at most `recordBytes` long. */
export class FileEncoder {
  private position = 0;

  constructor(
    private readonly file: number,
    private readonly recordBytes: number,
  ) {}

  begin(header: Uint8Array, contentBytes: number): Uint8Array[] {
    const first = header.subarray(0, this.recordBytes - BEGIN_BYTES);
    const record = this.record(BEGIN, BEGIN_BYTES, first);
    const view = new DataView(record.buffer);
    view.setUint16(PREFIX, header.length);
    setUint48(view, PREFIX + 2, contentBytes);
    this.position = first.length;
    return [record, ...this.data(header.subarray(first.length))];
  }

  /** The next bytes of the content. */
  data(bytes: Uint8Array): Uint8Array[] {
    const records: Uint8Array[] = [];
    const room = this.recordBytes - DATA_BYTES;
    for (let at = 0; at < bytes.length; at += room) {
      const piece = bytes.subarray(at, at + room);
      const record = this.record(DATA, DATA_BYTES, piece);
      setUint48(new DataView(record.buffer), PREFIX, this.position);
      this.position += piece.length;
      records.push(record);
    }
    return records;
  }

  end(digest: Uint8Array, hint: Uint8Array): Uint8Array {
    const record = this.record(END, PREFIX + DIGEST_BYTES, hint.subarray(0, MAX_HINT_BYTES));
    record.set(digest, PREFIX);
    return record;
  }

  abandon(hint: Uint8Array): Uint8Array {
    return this.record(ABANDON, PREFIX, hint.subarray(0, MAX_HINT_BYTES));
  }

  private record(kind: number, headBytes: number, body: Uint8Array): Uint8Array {
    const record = new Uint8Array(headBytes + body.length);
    record[0] = kind;
    new DataView(record.buffer).setUint32(1, this.file);
    record.set(body, headBytes);
    return record;
  }
}

/** Why a file did not come to its end. */
export type FileFault = 'lost' | 'abandoned' | 'unfinished' | 'malformed';

export type FileStep =
  /** A file begins; its header is as hostile as any bytes from the network. */
  | { step: 'begin'; header: Uint8Array; contentBytes: number }
  /** Bytes of its content, in their order. */
  | { step: 'content'; bytes: Uint8Array }
  /** All of its content has come; it is whole if this is its SHA-256. */
  | { step: 'end'; digest: Uint8Array }
  /** The file that was begun will not come; or, with a hint, one whose beginning did not. */
  | { step: 'failed'; fault: FileFault; hint?: Uint8Array };

/** A file that has begun and not ended. */
export interface OpenFile {
  readonly file: number;
  /** As much of it as has come. */
  readonly header: Uint8Array;
  readonly headerBytes: number;
  readonly contentBytes: number;
  /** How much of header and content has come. */
  readonly position: number;
}

/** Where a decoder is: kept with the last packet taken, another one goes on from there. */
export interface DecoderState {
  readonly open: OpenFile | null;
  /** The file that was told of last, whole or failed: its other packets say nothing new. */
  readonly passedOver: number | null;
  /** No file was seen from its beginning yet: one that comes to its end began before this joined. */
  readonly isJoining: boolean;
}

/** Takes the packets of one channel, in their order, and tells what they say of files. */
export class FileDecoder {
  private open: OpenFile | null;
  private passedOver: number | null;
  private isJoining: boolean;

  constructor(state: DecoderState = { open: null, passedOver: null, isJoining: true }) {
    this.open = state.open;
    this.passedOver = state.passedOver;
    this.isJoining = state.isJoining;
  }

  get state(): DecoderState {
    return { open: this.open, passedOver: this.passedOver, isJoining: this.isJoining };
  }

  take(payload: Uint8Array): FileStep[] {
    if (payload.length < PREFIX) return this.fail('malformed');
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const file = view.getUint32(1);
    switch (payload[0]) {
      case BEGIN:
        return [...this.fail('unfinished'), ...this.begin(file, payload, view)];
      case DATA:
        return this.data(file, payload, view);
      case END:
        return this.end(file, payload);
      case ABANDON:
        return this.abandon(file, payload);
      default:
        return this.fail('malformed');
    }
  }

  /** Packets of the channel will not come, or it has begun anew. */
  interrupted(): FileStep[] {
    return this.fail('lost');
  }

  private begin(file: number, payload: Uint8Array, view: DataView): FileStep[] {
    if (payload.length < BEGIN_BYTES) return this.fail('malformed');
    const headerBytes = view.getUint16(PREFIX);
    if (headerBytes > MAX_HEADER_BYTES || headerBytes === 0) return this.fail('malformed');
    this.isJoining = false;
    this.passedOver = null;
    const contentBytes = getUint48(view, PREFIX + 2);
    this.open = { file, header: new Uint8Array(0), headerBytes, contentBytes, position: 0 };
    return this.advance(this.open, payload.subarray(BEGIN_BYTES));
  }

  private data(file: number, payload: Uint8Array, view: DataView): FileStep[] {
    const { open } = this;
    if (open === null || open.file !== file) return this.unknown(file);
    if (payload.length < DATA_BYTES) return this.fail('malformed');
    const known = open.position - getUint48(view, PREFIX);
    if (known < 0) return this.fail('lost');
    // A relay that was restarted repeats what it had not noted yet.
    return this.advance(open, payload.subarray(DATA_BYTES + known));
  }

  private advance(open: OpenFile, bytes: Uint8Array): FileStep[] {
    const steps: FileStep[] = [];
    const missing = Math.max(0, open.headerBytes - open.position);
    const header = missing === 0 ? open.header : joined(open.header, bytes.subarray(0, missing));
    const content = bytes.subarray(missing);
    const position = open.position + bytes.length;
    if (position > open.headerBytes + open.contentBytes) return this.fail('malformed');
    this.open = { ...open, header, position };
    if (missing > 0 && header.length === open.headerBytes) {
      steps.push({ step: 'begin', header, contentBytes: open.contentBytes });
    }
    if (content.length > 0) steps.push({ step: 'content', bytes: content });
    return steps;
  }

  private end(file: number, payload: Uint8Array): FileStep[] {
    const { open } = this;
    const hint = payload.subarray(PREFIX + DIGEST_BYTES);
    if (open === null || open.file !== file) return this.missed(file, 'lost', hint);
    if (payload.length < PREFIX + DIGEST_BYTES) return this.fail('malformed');
    if (open.position !== open.headerBytes + open.contentBytes) return this.fail('lost', hint);
    this.open = null;
    this.passedOver = file;
    return [{ step: 'end', digest: payload.subarray(PREFIX, PREFIX + DIGEST_BYTES) }];
  }

  private abandon(file: number, payload: Uint8Array): FileStep[] {
    if (this.open?.file === file) return this.fail('abandoned');
    return this.missed(file, 'abandoned', payload.subarray(PREFIX));
  }

  /** The end of a file whose beginning did not come here: told once, unless it was, or it began before this joined. */
  private missed(file: number, fault: FileFault, hint: Uint8Array): FileStep[] {
    const isNews = this.passedOver !== file && !this.isJoining;
    const steps = this.fail('unfinished');
    this.passedOver = null;
    this.isJoining = false;
    return isNews ? [...steps, { step: 'failed', fault, hint }] : steps;
  }

  private unknown(file: number): FileStep[] {
    return this.open?.file === file ? [] : this.fail('unfinished');
  }

  private fail(fault: FileFault, hint?: Uint8Array): FileStep[] {
    const { open } = this;
    this.open = null;
    // Where none is open: somebody's own stream, not a folder's, which says nothing of files.
    if (open === null) return [];
    this.passedOver = open.file;
    return [hint === undefined ? { step: 'failed', fault } : { step: 'failed', fault, hint }];
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function setUint48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 2, value % 2 ** 32);
}

function getUint48(view: DataView, at: number): number {
  return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);
}
