import type { IncomingState, TransferPhase } from '../../src-shared/ipc/snapshots';
import type { EnginePicture } from './engine';

const OVER: readonly TransferPhase[] = ['finished', 'failed'];
const ARRIVING: readonly IncomingState[] = ['receiving', 'repairing', 'storing'];

/** True while a transfer waits or is on its way: the end of the engine would end or delay it. */
export function isBusy(picture: EnginePicture | undefined): boolean {
  if (picture?.role !== 'teacher') return isTransferring(picture);
  return picture.snapshot.transfers.some(({ phase }) => !OVER.includes(phase));
}

/** True while a transfer is on its way: the computer must not fall asleep. */
export function isTransferring(picture: EnginePicture | undefined): boolean {
  if (picture === undefined) return false;
  if (picture.role === 'student') return picture.snapshot.transfers.some(({ state }) => ARRIVING.includes(state));
  return picture.snapshot.transfers.some(({ phase }) => phase !== 'queued' && !OVER.includes(phase));
}
