import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastBlockOf } from './block-source';
import { allowsBlock, type Conditions, chooseTerms, chooseWindow } from './quality';

const QUIET: Conditions = { openSessions: 0, loss: 0, mtu: 1500, ipVersion: 4, fileBytes: 1_000_000, hasGroup: true };
const terms = (asked: Parameters<typeof chooseTerms>[0], conditions: Partial<Conditions> = {}, quality = true) =>
  chooseTerms(asked, { ...QUIET, ...conditions }, quality);

describe('the terms of a session (C4)', () => {
  it('are those of RFC 1350 where nothing is asked for', () => {
    expect(terms({})).toMatchObject({
      blockBytes: 512,
      windowBlocks: 1,
      timeoutMs: 1000,
      isTimeoutAgreed: false,
      multicast: false,
    });
  });

  it('keep blocks whole on the network, and shorter while much is lost', () => {
    expect(terms({ blksize: 1428 }).blockBytes).toBe(1428);
    expect(terms({ blksize: 9000 })).toMatchObject({ blockBytes: 1468, why: expect.stringMatching('packets of 1500') });
    expect(terms({ blksize: 9000 }, { ipVersion: 6 }).blockBytes).toBe(1448);
    expect(terms({ blksize: 9000 }, { mtu: 9000 }).blockBytes).toBe(8968);
    expect(terms({ blksize: 9000 }, { loss: 0.05 })).toMatchObject({
      blockBytes: 1024,
      why: expect.stringMatching('5 % are lost'),
    });
    expect(terms({ blksize: 9000 }, {}, false).blockBytes).toBe(9000);
  });

  it('keep windows within a device’s buffer, its share, and what loss allows', () => {
    const asked = { blksize: 1024, windowsize: 1000 };
    expect(terms({ blksize: 1024, windowsize: 16 }).windowBlocks).toBe(16);
    expect(terms(asked)).toMatchObject({ windowBlocks: 96, why: expect.stringMatching("a device's buffer") });
    expect(terms(asked, { openSessions: 31 })).toMatchObject({
      windowBlocks: 32,
      why: expect.stringMatching('other sessions'),
    });
    expect(terms(asked, { loss: 0.05 })).toMatchObject({ windowBlocks: 8, why: expect.stringMatching('much is lost') });
    expect(terms(asked, {}, false).windowBlocks).toBe(1000);
    expect(terms({ blksize: 65_464, windowsize: 65_535 }, {}, false).windowBlocks).toBe(64);
    expect(terms({ blksize: 8, windowsize: 65_535 }, {}, false).windowBlocks).toBe(32_767);
    expect(terms({ blksize: 65_464, windowsize: 9 }, { mtu: 65_535, openSessions: 99 }).windowBlocks).toBe(1);
  });

  it('take the client’s timeout while it is short, and wait longer where more is to do', () => {
    expect(terms({ timeout: 10 })).toMatchObject({ timeoutMs: 10_000, isTimeoutAgreed: true });
    expect(terms({ timeout: 11 })).toMatchObject({ timeoutMs: 1000, isTimeoutAgreed: false });
    expect(terms({ timeout: 255 }, {}, false)).toMatchObject({ timeoutMs: 255_000, isTimeoutAgreed: true });
    expect(terms({}, { openSessions: 10 })).toMatchObject({
      timeoutMs: 1500,
      why: expect.stringMatching('10 more sessions'),
    });
    expect(terms({}, { openSessions: 99 }).timeoutMs).toBe(5000);
    // A group has one of its own: others wait with the one who asked for it.
    expect(terms({ timeout: 10, multicast: true })).toMatchObject({ timeoutMs: 1000, isTimeoutAgreed: false });
  });

  it('are by multicast only where it is asked for, a group is free, and the blocks can be numbered', () => {
    const asked = { multicast: true };
    expect(terms(asked).multicast).toBe(true);
    expect(terms({}).multicast).toBe(false);
    expect(terms(asked, { hasGroup: false }).multicast).toBe(false);
    expect(terms(asked, { fileBytes: undefined }).multicast).toBe(false);
    expect(terms(asked, { fileBytes: 65_535 * 512 - 1 })).toMatchObject({ multicast: true, blockBytes: 512 });
    expect(terms(asked, { fileBytes: 65_535 * 512 })).toMatchObject({ multicast: false, blockBytes: 512 });
    expect(terms({ ...asked, blksize: 9000 }, { fileBytes: 65_535 * 2000 })).toMatchObject({
      multicast: true,
      blockBytes: 2001,
    });
  });

  it('never exceed what was asked for, whatever the conditions are', () => {
    const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const asked = fc.record(
      {
        blksize: fc.integer({ min: 8, max: 65_464 }),
        windowsize: fc.integer({ min: 1, max: 65_535 }),
        timeout: fc.integer({ min: 1, max: 255 }),
        multicast: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const conditions = fc.record({
      openSessions: fc.nat(100),
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
      mtu: fc.integer({ min: 576, max: 65_535 }),
      ipVersion: fc.constantFrom(4 as const, 6 as const),
      fileBytes: optional(fc.nat({ max: 2 ** 33 })),
      hasGroup: fc.boolean(),
    });
    fc.assert(
      fc.property(asked, conditions, fc.boolean(), (request, world, quality) => {
        const chosen = chooseTerms(request, world, quality);
        expect(allowsBlock(request, chosen.blockBytes)).toBe(true);
        expect(chosen.blockBytes).toBeGreaterThanOrEqual(8);
        expect(chosen.windowBlocks).toBeGreaterThanOrEqual(1);
        expect(chosen.windowBlocks).toBeLessThanOrEqual(request.windowsize ?? 1);
        expect(chosen.windowBlocks * chosen.blockBytes).toBeLessThanOrEqual(4_194_304);
        if (chosen.isTimeoutAgreed) expect(chosen.timeoutMs).toBe((request.timeout ?? 0) * 1000);
        if (chosen.multicast) expect(lastBlockOf(world.fileBytes ?? 0, chosen.blockBytes)).toBeLessThanOrEqual(65_535);
        expect(chooseWindow(request, chosen.blockBytes, world, quality).value).toBe(chosen.windowBlocks);
        expect(chosen.why).not.toBe('');
      }),
      { numRuns: 5000 },
    );
  });
});
