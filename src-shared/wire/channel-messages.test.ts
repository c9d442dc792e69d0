import { describe, expect, it } from 'vitest';
import { MAX_EPOCHS, MAX_HELD_EPOCHS, parseHostMessage, parseMemberMessage } from './channel-messages';
import { WireError } from './wire-error';

const CHANNEL = {
  type: 'channel',
  id: '00112233aabbccdd',
  subject: 'studio-a.takes',
  certificate: 'AAAA',
  secret: `${'A'.repeat(43)}=`,
  since: 1,
  group: '239.255.1.2',
  port: 47475,
  source: { address: '192.0.2.1', port: 4000 },
  epoch: 7,
  next: 2 ** 32,
  ended: false,
  extents: [{ epoch: 7, start: 0, first: 0, end: 2 ** 32 }],
  spreadMs: 10,
  index: 0,
  positionMs: 20,
  positionPackets: 128,
};
const EXTENT = { epoch: 1, start: 0, first: 0, end: 1 };

describe('messages of channels', () => {
  it('are taken as they are', () => {
    expect(parseHostMessage(CHANNEL)).toEqual(CHANNEL);
    const query = { type: 'query', channel: CHANNEL.id, query: 1, epoch: 7 };
    expect(parseMemberMessage(query)).toEqual(query);
  });

  it('of a kind that this version does not know are nothing', () => {
    expect(parseHostMessage({ type: 'later' })).toBeUndefined();
    expect(parseMemberMessage({ type: 'later' })).toBeUndefined();
  });

  it.each([
    ['a number past the last', { ...CHANNEL, next: 2 ** 32 + 1 }],
    ['a channel that is none', { ...CHANNEL, id: 'x' }],
    ['a secret of another length', { ...CHANNEL, secret: 'AAAA' }],
    ['too many epochs', { ...CHANNEL, extents: Array.from({ length: MAX_EPOCHS + 1 }, () => EXTENT) }],
    ['no certificate', { ...CHANNEL, certificate: undefined }],
    ['a port that is none', { ...CHANNEL, port: 0 }],
  ])('of a publisher with %s are refused', (_, message) => {
    expect(() => parseHostMessage(message)).toThrow(WireError);
  });

  it.each([
    ['an epoch below zero', { type: 'query', channel: CHANNEL.id, query: 1, epoch: -1 }],
    ['a ticket that is none', { type: 'subscribe', channel: CHANNEL.id, ticket: '12' }],
    ['a time past 48 bits', { type: 'locate', channel: CHANNEL.id, query: 1, time: 2 ** 48 }],
    [
      'too many epochs',
      {
        ...{ type: 'holding', channel: CHANNEL.id, packets: 0, bytes: 0 },
        extents: Array.from({ length: MAX_HELD_EPOCHS + 1 }, () => EXTENT),
      },
    ],
  ])('of a member with %s are refused', (_, message) => {
    expect(() => parseMemberMessage(message)).toThrow(WireError);
  });

  it('say what an archive holds within what a member may say at once', () => {
    const extents = Array.from({ length: MAX_HELD_EPOCHS }, () => ({
      epoch: 2 ** 32 - 1,
      start: 2 ** 32,
      first: 2 ** 32,
      end: 2 ** 32,
    }));
    const message = {
      type: 'holding',
      channel: CHANNEL.id,
      packets: 2 ** 50,
      bytes: 2 ** 53 - 1,
      full: 'x'.repeat(500),
      extents,
    };
    expect(parseMemberMessage(message)).toEqual(message);
    expect(JSON.stringify(message).length).toBeLessThan(16 * 1024);
  });
});
