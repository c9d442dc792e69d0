import type { DevicesView } from '../../src-shared/ipc/device-views';
import { messageOf } from '../../src-shared/text/message-of';
import { DeviceServer } from '../devices/device-server';
import { chooseInterface } from '../transport/interfaces';

/** Whether devices may fetch files by TFTP, of which folder, at which port. */
export interface DevicesWanted {
  readonly on: boolean;
  readonly folder: string | null;
  readonly port: number;
}

/** A disk that is plugged in, a port that is free again, another network: nobody should have to come back and press a button. */
const LOOK_EVERY_MS = 5_000;
const ALL_ADDRESSES = '0.0.0.0';

/** Keeps a server for devices as it is wanted; what keeps it from running is a sentence in its picture, never an error. */
export class DeviceSharing {
  /** Address of the only interface that may carry packets; undefined: any. */
  readonly #onlyInterface: string | undefined;
  readonly #watch: NodeJS.Timeout;
  #wanted: DevicesWanted;
  #server: DeviceServer | undefined;
  /** Own address that devices are told, and by which groups are sent to. */
  #address: string | undefined;
  #failure: string | undefined;
  /** Starts and stops, one after the other. */
  #turns: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(wanted: DevicesWanted, onlyInterface?: string) {
    this.#wanted = wanted;
    this.#onlyInterface = onlyInterface;
    this.#watch = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Serves as is wanted from now on, from the start; resolves when it does, or when the picture says why not. Never rejects. */
  serve(wanted = this.#wanted): Promise<void> {
    this.#wanted = wanted;
    return this.#inTurn(async () => {
      await this.#stop();
      if (!this.#closed) await this.#start();
    });
  }

  view(): DevicesView {
    if (this.#server !== undefined) return { ...this.#server.snapshot(), address: this.#address ?? null };
    const rest = { folder: this.#wanted.folder, address: null, port: null, sessions: [] };
    return this.#failure === undefined
      ? { state: 'off', ...rest }
      : { state: 'failed', failure: this.#failure, ...rest };
  }

  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    return this.#inTurn(() => this.#stop());
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#turns = this.#turns.then(step);
    return this.#turns;
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  async #start(): Promise<void> {
    const { on, folder, port } = this.#wanted;
    this.#failure = undefined;
    if (!on || folder === null) return;
    try {
      const { address, loopback } = chooseInterface(this.#onlyInterface);
      this.#address = address;
      this.#server = await DeviceServer.open({
        root: folder,
        listen: { host: this.#onlyInterface ?? ALL_ADDRESSES, port },
        interface: address,
        // Packets for this machine alone must not leave it.
        ...(loopback ? { ttl: 0 } : {}),
        onEvent: () => {},
      });
    } catch (error) {
      this.#failure = messageOf(error);
    }
  }

  #look(): void {
    if (this.#failure !== undefined || this.#isElsewhere()) void this.serve();
  }

  /** This computer is in another network: what devices were told does not hold any more. */
  #isElsewhere(): boolean {
    if (this.#server === undefined) return false;
    try {
      return chooseInterface(this.#onlyInterface).address !== this.#address;
    } catch {
      // Without any network, waiting for the old one costs nothing.
      return false;
    }
  }
}
