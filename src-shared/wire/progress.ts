import { WireError } from './wire-error';

/** A student's position report: frame kind 2, the one message too frequent for JSON (PROTOCOL.md section 4.4). */
export interface Progress {
  readonly transmission: number;
  /** Highest sequence number whose datagram the student has taken from its socket. */
  readonly highest: number;
  /** Datagrams of this transmission received so far, duplicates counted. */
  readonly received: number;
}

export const PROGRESS_BYTES = 10;

export function encodeProgress(progress: Progress): Uint8Array {
  const bytes = new Uint8Array(PROGRESS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, progress.transmission);
  view.setUint32(2, progress.highest);
  view.setUint32(6, progress.received);
  return bytes;
}

/** @throws WireError where the length is wrong. */
export function decodeProgress(bytes: Uint8Array): Progress {
  if (bytes.length !== PROGRESS_BYTES) throw new WireError('a progress report has the wrong length');
  const view = new DataView(bytes.buffer, bytes.byteOffset, PROGRESS_BYTES);
  return { transmission: view.getUint16(0), highest: view.getUint32(2), received: view.getUint32(6) };
}
