/** A certificate's SHA-256 fingerprint is the identity of a device: 64 lower-case hex digits (PROTOCOL.md section 4.1). */

/** Text that should be a fingerprint and is not. */
export class FingerprintError extends Error {
  override readonly name = 'FingerprintError';
  constructor() {
    super(
      'That is not a fingerprint: it has 64 digits from 0 to 9 and A to F, with or without colons. ' +
        "The teacher's window and “tutti send” show it.",
    );
  }
}

/**
 * Reads a fingerprint as people write it: `AB:CD:…` or plain hex, in any case.
 * @throws FingerprintError
 */
export function parseFingerprint(text: string): string {
  const compact = text.trim().toLowerCase();
  if (!/^(?:[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/.test(compact)) throw new FingerprintError();
  return compact.replaceAll(':', '');
}

/** The form in which people compare fingerprints: `AB:CD:…`. */
export function formatFingerprint(fingerprint: string): string {
  return (fingerprint.toUpperCase().match(/../g) ?? []).join(':');
}
