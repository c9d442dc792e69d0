import { forgedFrom } from './simulated-channel-packet';
import type { LinkFaults } from './simulated-link';
import { VirtualClock } from './virtual-clock';

/** Anybody who can receive the group. */
export interface Listener {
  readonly link: LinkFaults;
  hear(datagram: Uint8Array): void;
}

/** An engine that wants to be called at a time; ms. */
interface Timed {
  readonly deadline: number;
  timeout(now: number): void;
}

/** The multicast group of a channel, on virtual time. */
export class SimulatedGroup {
  readonly clock = new VirtualClock();
  readonly listeners = new Set<Listener>();
  /** How often the group was sent what several miss. */
  broadcasts = 0;

  /** @param forged packets and seals that anybody invents, as a share of the true ones */
  constructor(
    readonly random: () => number,
    private readonly forged: number,
  ) {}

  at(time: number, run: () => void): void {
    this.clock.schedule(time, run);
  }

  after(ms: number, run: () => void): void {
    this.clock.schedule(this.clock.now + ms, run);
  }

  /** Calls an engine's `timeout` at its deadline, then `done`; not if the deadline has moved or the engine is gone by then. */
  wake(engine: Timed, isRunning: () => boolean, done: () => void): void {
    if (engine.deadline === Number.POSITIVE_INFINITY) return;
    this.at(Math.max(this.clock.now + 0.1, engine.deadline), () => {
      if (!isRunning() || engine.deadline > this.clock.now) return;
      engine.timeout(this.clock.now);
      done();
    });
  }

  /** Sends to the group; what is lost on the way to one is not lost for others. */
  multicast(datagram: Uint8Array): void {
    for (const listener of this.listeners) this.carry(datagram, listener);
    if (this.random() < this.forged) for (const listener of this.listeners) listener.hear(forgedFrom(datagram));
  }

  private carry(datagram: Uint8Array, listener: Listener): void {
    const { loss, duplicate, reorder, delay } = listener.link;
    if (this.random() < loss) return;
    const late = this.random() < reorder ? 4 : 0;
    const copies = this.random() < duplicate ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      this.after(delay + late + i, () => {
        if (this.listeners.has(listener)) listener.hear(datagram);
      });
    }
  }
}
