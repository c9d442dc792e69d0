export interface ConnectionBounds {
  /** All connections together. */
  readonly connections: number;
  /** Of one address: one machine may run several students, one machine may not take the whole room. */
  readonly perAddress: number;
  /** Connections that have not said hello yet. Larger than `perAddress`, so that no address can block the door. */
  readonly halfOpen: number;
}

/** One connection's place; both calls may be repeated. */
export interface Place {
  /** It has said hello. */
  settle(): void;
  release(): void;
}

/** Who may still connect (PROTOCOL.md section 11). */
export class ConnectionLimiter {
  private readonly perAddress = new Map<string, number>();
  private connections = 0;
  private halfOpen = 0;

  constructor(private readonly bounds: ConnectionBounds) {}

  /** A place for a new connection, or `undefined` where there is none. */
  admit(address: string): Place | undefined {
    const ofAddress = this.perAddress.get(address) ?? 0;
    const { connections, perAddress, halfOpen } = this.bounds;
    if (this.connections >= connections || ofAddress >= perAddress || this.halfOpen >= halfOpen) return undefined;
    this.perAddress.set(address, ofAddress + 1);
    this.connections++;
    this.halfOpen++;
    return this.place(address);
  }

  private place(address: string): Place {
    const settle = once(() => this.halfOpen--);
    const release = once(() => {
      settle();
      this.connections--;
      const rest = (this.perAddress.get(address) ?? 1) - 1;
      if (rest === 0) this.perAddress.delete(address);
      else this.perAddress.set(address, rest);
    });
    return { settle, release };
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
