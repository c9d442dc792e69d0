import { type Fault, PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';

export type FaultCode = Fault['code'];

/** Ends the connection on which it is thrown, after a fault message with this code and sentence. */
export class ControlFault extends Error {
  override readonly name = 'ControlFault';
  constructor(
    readonly code: FaultCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Looks at the version of a first message before anything else of it: another version's hello may look different.
 * @throws ControlFault naming both versions.
 */
export function requireSameVersion(body: unknown): void {
  if (typeof body !== 'object' || body === null || !('version' in body)) return;
  const theirs = body.version;
  if (!Number.isSafeInteger(theirs) || theirs === PROTOCOL_VERSION) return;
  throw new ControlFault(
    'version',
    // Read on both sides.
    `One Tutti speaks version ${PROTOCOL_VERSION} of the protocol and the other version ${theirs}: update the older of the two.`,
  );
}
