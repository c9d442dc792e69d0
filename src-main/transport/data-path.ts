import type { DataPath } from '../../src-shared/ipc/events';
import { loadNativeModule, type NativeModule } from '../accelerator/native-module';
import { acceleratedChannels } from './accelerated-channel';
import {
  DataChannelError,
  type DataChannels,
  type DataReceiver,
  type DataSender,
  type ReceiverOptions,
  type SenderOptions,
} from './data-channel';
import * as dgram from './dgram-channel';

/** What there is, and what TUTTI_DATA_PATH asks for (CONTRIBUTING.md). Never throws. */
export function dataPath(): DataPath {
  const wanted = process.env.TUTTI_DATA_PATH;
  if (wanted === 'dgram' || wanted === 'accelerated') return wanted;
  return loadNativeModule() === undefined ? 'dgram' : 'accelerated';
}

/** What the accelerator computes parity with; undefined where the kernel of coding/combiner.ts has to. Never throws. */
export function parityCombiner(): NativeModule['combine'] {
  return dataPath() === 'accelerated' ? loadNativeModule()?.combine : undefined;
}

/** @throws DataChannelError */
export async function openSender(options: SenderOptions): Promise<DataSender> {
  return channels().openSender(options);
}

/** @throws DataChannelError */
export async function openReceiver(options: ReceiverOptions): Promise<DataReceiver> {
  return channels().openReceiver(options);
}

function channels(): DataChannels {
  if (dataPath() === 'dgram') return dgram;
  const native = loadNativeModule();
  if (native !== undefined) return acceleratedChannels(native);
  throw new DataChannelError(
    'TUTTI_DATA_PATH asks for the accelerator, and there is none for this system. Build it with `npm run build:accelerator`, or leave the variable out.',
  );
}
