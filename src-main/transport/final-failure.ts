import { TrustStoreError } from '../security/trust-store';
import { ConnectError, UntrustedTeacherError } from './control-client';
import { PairingError } from './pairing-error';
import { UnprovedTeacherError } from './pairing-request';

/** Another teacher, another version, a wrong code, a disk that takes no pins: only a person can change that. */
export function isFinal(error: unknown): boolean {
  if (error instanceof ConnectError) return ['version', 'unpaired', 'code'].includes(error.code);
  return [UntrustedTeacherError, UnprovedTeacherError, PairingError, TrustStoreError].some(
    (kind) => error instanceof kind,
  );
}
