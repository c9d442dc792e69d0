import type { TLSSocket } from 'node:tls';
import { parseFingerprint } from '../security/fingerprint';

/**
 * Fingerprint of the certificate that the peer proved to own; `undefined` where it showed none.
 * To be asked once: Node gives a server's certificate away with the first call.
 */
export function peerFingerprint(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? undefined : parseFingerprint(certificate.fingerprint256);
}
