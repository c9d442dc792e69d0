import { z } from 'zod';
import { MAX_PEER_NAME_CHARS } from './limits';
import {
  base64,
  confirm,
  fault,
  pair,
  paired,
  pairShare,
  parse,
  peerName,
  ping,
  pong,
  reason,
  serial,
  sha256,
  welcome,
} from './session-messages';

/** The control messages of channels: PROTOCOL.md section 15. A set of sequence numbers is the frame's attachment. */

/** Longer subjects would not fit announcements; each is a folder's or a stream's name. */
export const MAX_SUBJECT_CHARS = 200;
/** Channels of one host: a studio has dozens. */
export const MAX_CHANNELS = 256;
/** Epochs that a channel is remembered for: a publisher that starts four times a day has a year of them. */
export const MAX_EPOCHS = 1_500;
/** Those that an archive mentions, the newest: they fit what a member may say (PROTOCOL.md section 4.5). */
export const MAX_HELD_EPOCHS = 128;
/** Packets of one query: 1.5 MB, a fraction of a second of any network. */
export const MAX_QUERY_PACKETS = 1_024;

const channelId = z.string().regex(/^[0-9a-f]{16}$/);
/** Every sequence number, and the one past the last. */
const sequenceEnd = z
  .int()
  .min(0)
  .max(2 ** 32);
const address = z.union([z.ipv4(), z.ipv6()]);
const udpPort = z.int().min(1).max(65535);
const ticket = z.string().regex(/^[0-9a-f]{64}$/);
const time = z
  .int()
  .min(0)
  .max(2 ** 48 - 1);
const query = z.int().min(0).max(0xffffffff);

/** An epoch began with the number `start`; of it [first, end) can be had. */
const extent = z.object({ epoch: serial, start: sequenceEnd, first: sequenceEnd, end: sequenceEnd });
export type Extent = Readonly<z.infer<typeof extent>>;

const place = z.object({ address, port: udpPort });

/** Everything about a channel; said to each member after its welcome, and anew when anything of it changes. */
const channel = z.object({
  type: z.literal('channel'),
  id: channelId,
  subject: z.string().min(1).max(MAX_SUBJECT_CHARS),
  /** The publisher's certificate (DER): its digest is the fingerprint that is trusted, its key signs the seals. */
  certificate: base64(4096),
  /** From which all epochs' keys follow; only the publisher tells it, and to members only. */
  secret: base64(32).length(44).optional(),
  /** The first epoch under this secret: nothing before it can be read. */
  since: serial,
  group: address,
  port: udpPort,
  /** Where this peer's datagrams come from: packets, and repairs for all. */
  source: place.optional(),
  /** The running epoch, and the next packet's number in it. */
  epoch: serial,
  next: sequenceEnd,
  ended: z.boolean(),
  /** What can be had, oldest epoch first. */
  extents: z.array(extent).max(MAX_EPOCHS),
  /** The archive that the publisher vouches for; the ticket lets members in there. */
  archive: z.object({ name: peerName, address, port: udpPort, fingerprint: sha256, ticket }).optional(),
  /** For the archive itself: whom it may let in, and what the publisher still has of what it may lack. */
  ticket: ticket.optional(),
  retained: z.array(extent).max(MAX_EPOCHS).optional(),
  /** Who misses something waits up to this long, at random, before it asks: ms. */
  spreadMs: z.int().min(0).max(10_000),
  /** The number by which position reports name this channel on this connection. */
  index: z.int().min(0).max(0xffff),
  positionMs: z.int().min(1).max(1000),
  positionPackets: z.int().min(1).max(100_000),
});
export type ChannelMessage = z.infer<typeof channel>;

/** The attachment is packets and seals as they were sent, each after its length (u16). */
const packets = z.object({ type: z.literal('packets'), channel: channelId });
/** The end of the answer; the attachment names what cannot be had here. */
const answered = z.object({
  type: z.literal('answered'),
  channel: channelId,
  query,
  /** So many go to the whole group instead, as others asked for them, too. */
  broadcast: z.int().min(0).max(MAX_QUERY_PACKETS),
});
const located = z.object({
  type: z.literal('located'),
  channel: channelId,
  query,
  position: z.object({ epoch: serial, sequence: serial }).optional(),
});
/** The publisher will not take this archive: it has one already. */
const declined = z.object({ type: z.literal('declined'), channel: channelId, reason });

const hello = z.object({
  type: z.literal('hello'),
  version: z.int(),
  name: z.string().min(1).max(MAX_PEER_NAME_CHARS),
});
/** From now on position reports come. To an archive, with the ticket. */
const subscribe = z.object({ type: z.literal('subscribe'), channel: channelId, ticket: ticket.optional() });
/** What a subscriber has in order so far, and how much of what it knows of is missing: for people. */
const have = z.object({
  type: z.literal('have'),
  channel: channelId,
  epoch: serial,
  next: sequenceEnd,
  gap: sequenceEnd,
});
/** The attachment: a set of numbers whose packets are missing, after its length (u32), and one of those whose seals are. */
const queryMessage = z.object({ type: z.literal('query'), channel: channelId, query, epoch: serial });
/** The first packet at or after a time. */
const locate = z.object({ type: z.literal('locate'), channel: channelId, query, time });

/** An archive offers to keep a channel; its door is at this port. */
const keep = z.object({ type: z.literal('keep'), channel: channelId, port: udpPort });
/** Durable now; the attachment names the packets. */
const ack = z.object({ type: z.literal('ack'), channel: channelId, epoch: serial });
/** What an archive has of a channel, and how it is. */
const holding = z.object({
  type: z.literal('holding'),
  channel: channelId,
  extents: z.array(extent).max(MAX_HELD_EPOCHS),
  packets: z.int().min(0),
  bytes: z.int().min(0),
  /** Why it takes nothing more at the moment. */
  full: reason.optional(),
});

const hostMessage = z.discriminatedUnion('type', [
  welcome,
  pairShare,
  paired,
  ping,
  pong,
  fault,
  channel,
  packets,
  answered,
  located,
  declined,
]);
const memberMessage = z.discriminatedUnion('type', [
  hello,
  pair,
  confirm,
  ping,
  pong,
  fault,
  subscribe,
  have,
  queryMessage,
  locate,
  keep,
  ack,
  holding,
]);

/** Publisher or archive -> member. */
export type HostMessage = z.infer<typeof hostMessage>;
/** Subscriber or archive -> publisher; subscriber -> archive. */
export type MemberMessage = z.infer<typeof memberMessage>;

/** @throws WireError; `undefined` for a kind that this version does not know */
export function parseHostMessage(body: unknown): HostMessage | undefined {
  return parse(hostMessage, body);
}

/** @throws WireError; `undefined` for a kind that this version does not know */
export function parseMemberMessage(body: unknown): MemberMessage | undefined {
  return parse(memberMessage, body);
}
