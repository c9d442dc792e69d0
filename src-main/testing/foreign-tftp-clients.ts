import type { Endpoint } from '../tftp/endpoint';
import { type RequestedOptions, readGrantedOptions, writeRequestedOptions } from '../tftp/options';
import { type Packet, readPacket, writeAck, writeReadRequest } from '../tftp/packets';

/** What a simulated client has of its machine. */
export interface ClientMachine {
  readonly server: Endpoint;
  send(to: Endpoint, bytes: Uint8Array): void;
  joinGroup(group: Endpoint): void;
  /** Calls `timeout` once after so many ms, unless it is armed again before. */
  arm(ms: number): void;
  /** It is over. @param file its bytes; undefined where it failed */
  end(file: Uint8Array | undefined): void;
}

/** A client that the simulated network feeds. */
export interface SimulatedClient {
  start(): void;
  datagram(bytes: Uint8Array, from: Endpoint): void;
  timeout(): void;
}

const FILE = 'file';
const TIMEOUT_MS = 5000;
const MAX_TIMEOUTS = 5;

/** The file as it comes together. */
class Blocks {
  private readonly parts = new Map<number, Uint8Array>();
  last: number | undefined;

  constructor(readonly blockBytes: number) {}

  put(block: number, payload: Uint8Array): void {
    this.parts.set(block, payload);
    if (payload.length < this.blockBytes) this.last = block;
  }

  /** Blocks before the first one that is missing. */
  get inOrder(): number {
    let block = 0;
    while (this.parts.has(block + 1)) block++;
    return block;
  }

  bytes(): Uint8Array {
    return Buffer.concat(Array.from({ length: this.last ?? 0 }, (_, i) => this.parts.get(i + 1) ?? new Uint8Array()));
  }
}

/**
 * A client with the habits of atftp 0.8: asks again after 5 s, gives up after the sixth timeout in a row, takes a packet from a wrong port for a
 * timeout, by unicast ends at a second OACK, keeps quiet on mc=0, takes any block as a member and only the next one as master, and acknowledges a wrong one once more, once.
 */
export class AtftpLikeClient implements SimulatedClient {
  private blocks = new Blocks(512);
  private session: Endpoint | undefined;
  private hasOptions = false;
  private isMulticast = false;
  private isMaster = false;
  private hasExtraAck = false;
  private lastBlock = 0;
  private windowBlocks = 1;
  private sinceAck = 0;
  private timeouts = 0;
  private onTimeout: 'request' | 'ack' | 'wait' = 'request';

  constructor(
    private readonly asked: RequestedOptions,
    private readonly machine: ClientMachine,
  ) {}

  start(): void {
    this.request();
  }

  timeout(): void {
    this.hasExtraAck = false;
    if (this.countTimeout()) return;
    if (this.onTimeout === 'request') this.request();
    else if (this.onTimeout === 'ack') this.ack();
    else this.arm();
  }

  datagram(bytes: Uint8Array, from: Endpoint): void {
    this.session ??= from;
    if (from.port !== this.session.port) {
      this.countTimeout();
      return;
    }
    const packet = readPacket(bytes);
    if (packet.kind === 'error') return this.machine.end(undefined);
    this.timeouts = 0;
    if (packet.kind === 'oack') this.oack(packet);
    if (packet.kind === 'data') this.data(packet.block, packet.payload);
  }

  private request(): void {
    this.onTimeout = 'request';
    if (!this.isMulticast) this.session = undefined;
    this.machine.send(this.machine.server, writeReadRequest(FILE, 'octet', writeRequestedOptions(this.asked)));
    this.arm();
  }

  private oack({ options }: Packet & { kind: 'oack' }): void {
    const granted = readGrantedOptions(options, this.asked);
    if (!this.isMulticast) {
      if (this.hasOptions) return this.machine.end(undefined);
      this.hasOptions = true;
      this.blocks = new Blocks(granted.blksize ?? 512);
      this.windowBlocks = granted.windowsize ?? 1;
      const { multicast } = granted;
      this.isMulticast = multicast !== undefined;
      if (multicast?.port !== undefined) this.machine.joinGroup({ address: multicast.address, port: multicast.port });
    }
    // It reads the group's full triple in each OACK.
    if (this.isMulticast && !granted.multicast?.address) return this.machine.end(undefined);
    this.isMaster = granted.multicast?.master ?? true;
    if (this.isMaster) this.ack();
    else this.arm();
  }

  private data(block: number, payload: Uint8Array): void {
    if (!this.isMulticast || this.isMaster) {
      this.onTimeout = 'ack';
      if (block !== this.lastBlock + 1) {
        if (this.hasExtraAck) return this.arm();
        this.hasExtraAck = true;
        return this.ack();
      }
      this.hasExtraAck = false;
    } else this.onTimeout = 'wait';
    this.lastBlock = block;
    this.blocks.put(block, payload);
    this.sinceAck++;
    const isDue = this.sinceAck >= this.windowBlocks || block === this.blocks.last;
    if ((!this.isMulticast || this.isMaster) && isDue) this.ack();
    else this.arm();
  }

  private ack(): void {
    this.onTimeout = 'ack';
    this.sinceAck = 0;
    if (this.isMulticast) this.lastBlock = this.blocks.inOrder;
    if (this.session !== undefined) this.machine.send(this.session, writeAck(this.lastBlock));
    if (this.lastBlock === this.blocks.last) this.machine.end(this.blocks.bytes());
    else this.arm();
  }

  private countTimeout(): boolean {
    this.timeouts++;
    if (this.timeouts > MAX_TIMEOUTS) this.machine.end(undefined);
    return this.timeouts > MAX_TIMEOUTS;
  }

  private arm(): void {
    this.machine.arm((this.asked.timeout ?? 0) * 1000 || TIMEOUT_MS);
  }
}

/** A client of RFC 783's time, without options: acknowledges every DATA that comes, also those it knows, and leaves after its last ACK. */
export class SorcerersClient implements SimulatedClient {
  private readonly blocks = new Blocks(512);
  private session: Endpoint | undefined;
  private timeouts = 0;

  constructor(private readonly machine: ClientMachine) {}

  start(): void {
    this.machine.send(this.machine.server, writeReadRequest(FILE, 'octet', []));
    this.machine.arm(TIMEOUT_MS);
  }

  timeout(): void {
    this.timeouts++;
    if (this.timeouts > MAX_TIMEOUTS) return this.machine.end(undefined);
    if (this.session === undefined) return this.start();
    this.ack(this.session, this.blocks.inOrder);
  }

  datagram(bytes: Uint8Array, from: Endpoint): void {
    this.session ??= from;
    const packet = readPacket(bytes);
    if (from.port !== this.session.port || packet.kind === 'ack') return;
    if (packet.kind === 'error') return this.machine.end(undefined);
    if (packet.kind !== 'data') return;
    this.timeouts = 0;
    if (packet.block <= this.blocks.inOrder + 1) {
      this.blocks.put(packet.block, packet.payload);
      this.ack(from, packet.block);
    }
    if (this.blocks.inOrder === this.blocks.last) this.machine.end(this.blocks.bytes());
  }

  private ack(session: Endpoint, block: number): void {
    this.machine.send(session, writeAck(block));
    this.machine.arm(TIMEOUT_MS);
  }
}

/** A client that asks and never answers anything. */
export class MuteClient implements SimulatedClient {
  constructor(
    private readonly asked: RequestedOptions,
    private readonly machine: ClientMachine,
  ) {}

  start(): void {
    this.machine.send(this.machine.server, writeReadRequest(FILE, 'octet', writeRequestedOptions(this.asked)));
    this.machine.arm(60_000);
  }

  datagram(): void {}

  timeout(): void {
    this.machine.end(undefined);
  }
}
