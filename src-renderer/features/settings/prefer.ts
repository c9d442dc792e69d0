import type { Preferences } from '../../../src-shared/ipc/contract';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';

/** Changes preferences at once; what fails is shown in the window's banner. */
export function prefer(changes: Partial<Preferences>): void {
  attempt(request('prefer', changes));
}
