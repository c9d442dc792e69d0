/** Some 180 packets: memory is asked for that often, and not for each of them. */
const SLAB_BYTES = 256 * 1024;

/** Places for packets, one after the other; a slab lives as long as one of its packets does. */
export class PacketSlab {
  private slab = Buffer.alloc(0);
  private used = 0;

  /** Its content is whatever was there before. */
  take(bytes: number): Buffer {
    if (this.used + bytes > this.slab.length) {
      this.slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.used = 0;
    }
    const place = this.slab.subarray(this.used, this.used + bytes);
    this.used += bytes;
    return place;
  }
}
