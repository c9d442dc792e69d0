import { serialDistance } from '../../src-shared/ranges/serial-number';
import { type DataHeader, HEADER_BYTES, PARITY, readHeader } from '../../src-shared/wire/data-datagram';
import type { IncomingTransmission } from './incoming-transmission';
import type { DropReason } from './receiver-io';
import type { TransferLayout } from './transfer-layout';

/** From where a datagram came. */
export interface Source {
  readonly address: string;
  readonly port: number;
}

/** Tells the running transmission's datagrams from whatever else comes by the group, and counts what it drops (PROTOCOL.md sections 5.1 and 11). */
export class DatagramFilter {
  /** How many datagrams were dropped, for each reason. */
  readonly drops = {} as Record<DropReason, number>;

  /** @returns undefined, for a caller to return in its turn. */
  drop(reason: DropReason): undefined {
    this.drops[reason] = (this.drops[reason] ?? 0) + 1;
    return undefined;
  }

  /** The header of a datagram of this transmission; undefined for anything else. */
  admit(
    bytes: Uint8Array,
    source: Source,
    ids: { transferHigh: number; transferLow: number },
    { announce }: IncomingTransmission,
  ): DataHeader | undefined {
    const header = readHeader(bytes);
    if (typeof header === 'string') return this.drop(header);
    if (source.port !== announce.source?.port || source.address !== announce.source.address) return this.drop('source');
    if (header.transferHigh !== ids.transferHigh || header.transferLow !== ids.transferLow)
      return this.drop('transfer');
    if (header.transmission !== announce.transmission) return this.drop('transmission');
    return header;
  }

  /** Which datagram of the transmission, counted from its first, carries which unit; undefined where it cannot be one. */
  place(
    header: DataHeader,
    datagramBytes: number,
    layout: TransferLayout,
    running: IncomingTransmission,
  ): { index: number; unit: number } | undefined {
    const index = serialDistance(running.announce.firstSequence, header.sequence);
    if (index < 0 || index >= running.datagramTotal) return this.drop('sequence');
    const isParity = header.kind === PARITY;
    const unit = isParity ? layout.parityAt(header.offset) : layout.unitAt(header.offset);
    if (unit === undefined || (isParity && !running.hasParity(unit))) return this.drop('offset');
    if (datagramBytes - HEADER_BYTES !== layout.lengthOf(unit)) return this.drop('length');
    return { index, unit };
  }
}
