import type { DeviceClientEvent } from '../../src-shared/ipc/device-events';
import type { DeviceFetchView } from '../../src-shared/ipc/device-views';

/** The picture after an event of `tutti tftp get`. */
export function fetchAfter(view: DeviceFetchView, event: DeviceClientEvent): DeviceFetchView {
  switch (event.event) {
    case 'session':
      return { ...view, state: 'receiving', bytes: event.bytes, group: event.group };
    case 'role':
      return { ...view, role: event.role };
    case 'progress':
      return { ...view, receivedBytes: event.bytes };
    case 'done':
      return { ...view, state: 'complete', bytes: event.bytes, receivedBytes: event.bytes, path: event.path };
    case 'failed':
      return { ...view, state: 'failed', failure: event.reason };
  }
}
