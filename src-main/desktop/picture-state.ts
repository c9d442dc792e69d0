import type { DeviceSessionView, DevicesView } from '../../src-shared/ipc/device-views';
import type { IncomingState, TransferPhase } from '../../src-shared/ipc/snapshots';
import type { EnginePicture } from './engine';

const OVER: readonly TransferPhase[] = ['finished', 'failed'];
const FETCHING: readonly DeviceSessionView['state'][] = ['collecting', 'sending'];
const ARRIVING: readonly IncomingState[] = ['receiving', 'repairing', 'storing'];

/** True while a transfer waits, or a file is on its way to anybody: the end of the engine would end or delay it. */
export function isBusy(picture: EnginePicture | undefined): boolean {
  if (picture?.role !== 'teacher') return isTransferring(picture);
  const { transfers, devices } = picture.snapshot;
  return transfers.some(({ phase }) => !OVER.includes(phase)) || areFetching(devices);
}

/** True while a file is on its way to anybody: the computer must not fall asleep. */
export function isTransferring(picture: EnginePicture | undefined): boolean {
  if (picture === undefined) return false;
  if (picture.role === 'student') return picture.snapshot.transfers.some(({ state }) => ARRIVING.includes(state));
  const { transfers, devices } = picture.snapshot;
  return transfers.some(({ phase }) => phase !== 'queued' && !OVER.includes(phase)) || areFetching(devices);
}

function areFetching({ sessions }: DevicesView): boolean {
  return sessions.some(({ state }) => FETCHING.includes(state));
}
