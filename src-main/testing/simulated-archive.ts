import { EMPTY, type RangeSet } from '../../src-shared/ranges/range-set';
import type { Extent } from '../../src-shared/wire/channel-messages';
import { Keeper } from '../archive/keeper';
import { type MemberQuery, QueryDesk } from '../archive/query-desk';
import type { ChannelNews } from '../archive/reception';
import type { RepairQuery } from '../archive/repair';
import { answerTo, onAnswer } from './simulated-channel-answers';
import { STORE_MS, TLS_MS } from './simulated-channel-delays';
import { SimulatedDisk } from './simulated-channel-disk';
import type { Listener, SimulatedGroup } from './simulated-channel-group';
import { CHANNEL_ID, proof } from './simulated-channel-packet';
import type { LinkFaults } from './simulated-link';
import type { PublisherHost } from './simulated-publisher';

/** Whom the archive talks to by TLS. */
interface ArchivePeers {
  /** Another one after a restart. */
  readonly publisher: PublisherHost;
}

/** The archive's machine: Keeper and QueryDesk. */
export class ArchiveHost implements Listener {
  readonly disk = new SimulatedDisk();
  isAway = true;
  private isFull = false;
  private keeper: Keeper | undefined;
  private desk = new QueryDesk((epoch) => this.disk.held(epoch));
  private connection = 0;
  private hasPublisher = true;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly group: SimulatedGroup,
    private readonly peers: ArchivePeers,
    readonly link: LinkFaults,
  ) {}

  connect(): void {
    this.isAway = false;
    this.desk = new QueryDesk((epoch) => this.disk.held(epoch));
    this.group.listeners.add(this);
    if (this.hasPublisher) this.foundPublisher();
    for (const watcher of this.watchers) watcher();
  }

  goAway(): void {
    this.isAway = true;
    this.connection++;
    this.keeper = undefined;
    this.group.listeners.delete(this);
    if (this.hasPublisher) this.peers.publisher.leave('archive');
    for (const watcher of this.watchers) watcher();
  }

  setFull(full: boolean): void {
    this.isFull = full;
  }

  lostPublisher(): void {
    this.hasPublisher = false;
    this.keeper?.reaches(false, this.group.clock.now);
  }

  foundPublisher(): void {
    this.hasPublisher = true;
    if (this.isAway) return;
    const connection = ++this.connection;
    this.group.after(TLS_MS, () => {
      if (connection !== this.connection || this.peers.publisher.isDown) return;
      const { publisher } = this.peers;
      const { clock, random } = this.group;
      const options = { channel: CHANNEL_ID, proof, random, held: (epoch: number) => this.disk.held(epoch) };
      this.keeper = new Keeper(options, publisher.ownNews, clock.now);
      publisher.enter('archive', (news) => this.heard(news), false);
      publisher.holding(this.extents());
      this.keeper.reaches(true, clock.now);
      this.drain();
    });
  }

  watch(watcher: () => void): void {
    this.watchers.add(watcher);
  }

  hear(datagram: Uint8Array): void {
    this.keeper?.datagram(datagram, 'group', this.group.clock.now);
    this.drain();
  }

  ask(query: MemberQuery): void {
    if (this.isAway) return;
    this.desk.ask(query, false, this.group.clock.now);
    this.group.after(16, () => this.serve());
  }

  private serve(): void {
    this.desk.timeout(this.group.clock.now);
    for (const output of this.desk.outputs()) {
      if (output.kind === 'broadcast') {
        this.group.broadcasts++;
        for (const datagram of this.disk.read(output.epoch, output.ranges, EMPTY)) this.group.multicast(datagram);
        continue;
      }
      const datagrams = this.disk.read(output.to.epoch, output.packets, output.seals);
      this.group.after(TLS_MS, () => {
        if (!this.isAway) answerTo(output.to, 'archive', datagrams, output.absent, output.broadcast);
      });
    }
    if (this.desk.deadline !== Number.POSITIVE_INFINITY) this.group.at(this.desk.deadline, () => this.serve());
  }

  private heard(news: ChannelNews): void {
    this.keeper?.heard(news, this.group.clock.now);
    this.drain();
  }

  private drain(): void {
    const { keeper } = this;
    for (const output of keeper?.outputs() ?? []) {
      if (output.kind === 'store') this.store(output.packets, output.seals);
      else if (output.kind === 'ack') this.ack(output.epoch, output.ranges);
      else if (output.kind === 'query') this.query(output.query);
    }
    if (keeper !== undefined)
      this.group.wake(
        keeper,
        () => keeper === this.keeper,
        () => this.drain(),
      );
  }

  private store(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): void {
    const { keeper } = this;
    this.group.after(STORE_MS, () => {
      if (keeper !== this.keeper) return;
      if (this.isFull) {
        keeper?.storeFailed(packets, seals);
        this.group.after(100, () => {
          if (keeper === this.keeper) keeper?.retryStore();
          this.drain();
        });
      } else {
        this.disk.put(packets, seals);
        keeper?.stored(packets, this.group.clock.now);
      }
      this.drain();
    });
  }

  private ack(epoch: number, ranges: RangeSet): void {
    const { connection } = this;
    this.group.after(TLS_MS, () => {
      if (connection === this.connection && !this.peers.publisher.isDown) this.peers.publisher.acked(epoch, ranges);
    });
  }

  private query(query: RepairQuery): void {
    const { connection, keeper } = this;
    const asked: MemberQuery = { member: 'archive', ...query };
    onAnswer(asked, (source, datagrams, absent, broadcast) => {
      if (connection !== this.connection || keeper === undefined) return;
      for (const datagram of datagrams) keeper.datagram(datagram, source, this.group.clock.now);
      keeper.answered(query.query, absent, broadcast, this.group.clock.now);
      this.drain();
    });
    this.group.after(TLS_MS, () => {
      if (connection === this.connection && !this.peers.publisher.isDown) this.peers.publisher.ask(asked);
    });
  }

  private extents(): Extent[] {
    return this.disk.epochs().map((epoch) => {
      const held = this.disk.held(epoch);
      const [first, end] = [held[0]?.[0] ?? 0, held.at(-1)?.[1] ?? 0];
      return { epoch, start: first, first, end };
    });
  }
}
