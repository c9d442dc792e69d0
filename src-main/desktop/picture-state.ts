import type { ChannelsView } from '../../src-shared/ipc/channel-views';
import type { DeviceSessionView, DevicesView } from '../../src-shared/ipc/device-views';
import type { IncomingState, StudentSnapshot, TransferPhase } from '../../src-shared/ipc/snapshots';
import type { EnginePicture } from './engine';

const OVER: readonly TransferPhase[] = ['finished', 'failed'];
const FETCHING: readonly DeviceSessionView['state'][] = ['collecting', 'sending'];
const ARRIVING: readonly IncomingState[] = ['receiving', 'repairing', 'storing'];

/** True while a transfer waits, or a file is on its way to anybody: the end of the engine would end or delay it. Channels go on by themselves. */
export function isBusy(picture: EnginePicture | undefined): boolean {
  if (picture === undefined) return false;
  if (picture.role === 'student') return isArriving(picture.snapshot);
  const { transfers, devices } = picture.snapshot;
  return transfers.some(({ phase }) => !OVER.includes(phase)) || areFetching(devices);
}

/** True while a file is on its way to anybody: the computer must not fall asleep. */
export function isTransferring(picture: EnginePicture | undefined): boolean {
  if (picture === undefined) return false;
  if (areMoving(picture.snapshot.channels)) return true;
  if (picture.role === 'student') return isArriving(picture.snapshot);
  const { transfers, devices } = picture.snapshot;
  return transfers.some(({ phase }) => phase !== 'queued' && !OVER.includes(phase)) || areFetching(devices);
}

function isArriving({ transfers }: StudentSnapshot): boolean {
  return transfers.some(({ state }) => ARRIVING.includes(state));
}

/** A folder's file goes out, or what was missed comes in; who only listens may sleep, and catches up. */
function areMoving({ published, subscribed }: ChannelsView): boolean {
  return (
    published.some(({ files }) => files.some(({ state }) => state === 'sending')) ||
    subscribed.some(({ state }) => state === 'catchingUp')
  );
}

function areFetching({ sessions }: DevicesView): boolean {
  return sessions.some(({ state }) => FETCHING.includes(state));
}
