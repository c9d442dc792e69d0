import type { ChannelsView } from '../../src-shared/ipc/channel-views';
import type { DeviceSessionView, DevicesView } from '../../src-shared/ipc/device-views';
import { diff } from '../../src-shared/ipc/snapshot-change';
import type { IncomingView, MemberView, RoundView, TransferView } from '../../src-shared/ipc/snapshots';
import type { EnginePicture, PictureReport } from './engine';

/** Every loss map travels on each fifth picture at most: twice a second at ten pictures a second. */
const MAP_TURNS = 5;
/** More digits of a speed than anybody reads would only travel. */
const RATE_DIGITS = 3;
const THOUSAND = 1000;
const ELAPSED_STEP_MS = 100;

/** Turns whole pictures, as an engine makes them, into the little that the window has to be told. */
export class PictureFeed {
  #shown: EnginePicture | undefined;
  #turn = 0;

  /** What to tell of the present picture; undefined where nothing changed that anybody could see. */
  next(picture: EnginePicture): PictureReport | undefined {
    const before = this.#shown;
    const after = steady(picture, before, this.#turn++ % MAP_TURNS);
    this.#shown = after;
    if (before?.role !== after.role) return { kind: 'picture', picture: after };
    const patch = diff(before.snapshot, after.snapshot);
    return patch === undefined ? undefined : { kind: 'change', change: { role: after.role, patch } };
  }
}

/** The picture without changes too small or too fast to be seen. */
function steady(picture: EnginePicture, before: EnginePicture | undefined, turn: number): EnginePicture {
  if (picture.role === 'student') {
    const { snapshot } = picture;
    const transfers = snapshot.transfers.map(steadyIncoming);
    return { role: 'student', snapshot: { ...snapshot, transfers, channels: steadyChannels(snapshot.channels) } };
  }
  const { snapshot } = picture;
  const shown = before?.role === 'teacher' ? before.snapshot.transfers : [];
  const members = new Map(shown.map(({ id, permanent }) => [id, permanent]));
  const transfers = snapshot.transfers.map((one) => steadyTransfer(one, members.get(one.id) ?? [], turn));
  const channels = steadyChannels(snapshot.channels);
  return { role: 'teacher', snapshot: { ...snapshot, transfers, channels, devices: steadyDevices(snapshot.devices) } };
}

function steadyIncoming(incoming: IncomingView): IncomingView {
  const rate = toDigits(incoming.rate);
  return rate === incoming.rate ? incoming : { ...incoming, rate };
}

function steadyTransfer(transfer: TransferView, shown: readonly MemberView[], turn: number): TransferView {
  if (transfer.phase === 'finished' || transfer.phase === 'failed') return transfer;
  const maps = new Map(shown.map(({ id, lossMap }) => [id, lossMap]));
  const permanent = transfer.permanent.map((member, place) => {
    const lossMap = place % MAP_TURNS === turn ? undefined : maps.get(member.id);
    return steadyMember(member, lossMap ?? member.lossMap);
  });
  return {
    ...transfer,
    permanent,
    rounds: transfer.rounds.map(steadyRound),
    rate: toDigits(transfer.rate),
    elapsedMs: inSteps(transfer.elapsedMs),
  };
}

function steadyMember(member: MemberView, lossMap: Uint8Array): MemberView {
  const { progress, rate, loss } = member;
  return { ...member, progress: toThousandth(progress), rate: toDigits(rate), loss: toThousandth(loss), lossMap };
}

function steadyRound(round: RoundView): RoundView {
  return { ...round, progress: toThousandth(round.progress), durationMs: inSteps(round.durationMs) };
}

function steadyChannels({ found, published, subscribed }: ChannelsView): ChannelsView {
  return {
    found,
    published: published.map((one) => ({ ...one, rate: toDigits(one.rate) })),
    subscribed: subscribed.map((one) => ({ ...one, rate: toDigits(one.rate) })),
  };
}

function steadyDevices(devices: DevicesView): DevicesView {
  return { ...devices, sessions: devices.sessions.map(steadySession) };
}

function steadySession(session: DeviceSessionView): DeviceSessionView {
  const { progress, rate, flow, clients } = session;
  const { loss, blocksPerSecond } = flow;
  return {
    ...session,
    progress: toThousandth(progress),
    rate: toDigits(rate),
    flow: {
      ...flow,
      loss: toThousandth(loss),
      blocksPerSecond: blocksPerSecond === null ? null : toDigits(blocksPerSecond),
    },
    clients: clients.map((client) => ({ ...client, progress: toThousandth(client.progress) })),
  };
}

/** Rounded down: what is not all there must not look so. */
function toThousandth(share: number): number {
  return Math.floor(share * THOUSAND) / THOUSAND;
}

function toDigits(rate: number): number {
  return Math.round(Number(rate.toPrecision(RATE_DIGITS)));
}

function inSteps(ms: number): number {
  return Math.round(ms / ELAPSED_STEP_MS) * ELAPSED_STEP_MS;
}
