import type { TLSSocket } from 'node:tls';
import { PAIRING_EXPORTER } from '../security/pairing-handshake';

/** The secret that only the two ends of this TLS connection have (PROTOCOL.md section 6.5). */
export function pairingExporter(socket: TLSSocket): Uint8Array {
  return socket.exportKeyingMaterial(PAIRING_EXPORTER.bytes, PAIRING_EXPORTER.label, Buffer.alloc(0));
}
