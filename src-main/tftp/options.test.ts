import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GrantedOptions,
  type RequestedOptions,
  readGrantedOptions,
  readRequestedOptions,
  writeGrantedOptions,
  writeRequestedOptions,
} from './options';
import { TftpError } from './tftp-error';

const ALL: RequestedOptions = { blksize: 1428, timeout: 5, tsize: 0, windowsize: 16, multicast: true };

const requested: fc.Arbitrary<RequestedOptions> = fc.record(
  {
    blksize: fc.integer({ min: 8, max: 65_464 }),
    timeout: fc.integer({ min: 1, max: 255 }),
    tsize: fc.maxSafeNat(),
    windowsize: fc.integer({ min: 1, max: 65_535 }),
    multicast: fc.constant(true),
  },
  { requiredKeys: [] },
);

describe('requested options', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(requested, (options) => {
        expect(readRequestedOptions(writeRequestedOptions(options))).toEqual(options);
      }),
    );
  });

  it.each([
    ['blksize', '7'],
    ['blksize', '0'],
    ['blksize', '-512'],
    ['blksize', '512.0'],
    ['blksize', '0x200'],
    ['blksize', ' 512'],
    ['blksize', ''],
    ['blksize', '9'.repeat(300)],
    ['timeout', '0'],
    ['timeout', '256'],
    ['timeout', '-1'],
    ['windowsize', '0'],
    ['windowsize', 'many'],
    ['tsize', '-1'],
    ['tsize', ''],
    ['multicast', '239.0.0.1,1758,1'],
    ['rollover', '0'],
    ['', ''],
    ['__proto__', '1'],
  ])('leave out %s = %j (RFC 2347)', (name, value) => {
    expect(readRequestedOptions([[name, value]])).toEqual({});
  });

  it('ask for the most where they ask for more than there can be (RFC 2348, RFC 7440)', () => {
    expect(readRequestedOptions([['blksize', '70000']])).toEqual({ blksize: 65_464 });
    expect(readRequestedOptions([['windowsize', '65536']])).toEqual({ windowsize: 65_535 });
  });

  it('count once, and not at all with two values: order means nothing (RFC 2347)', () => {
    const twice = (a: string, b: string) =>
      readRequestedOptions([
        ['blksize', a],
        ['tsize', '0'],
        ['blksize', b],
      ]);
    expect(twice('512', '512')).toEqual({ blksize: 512, tsize: 0 });
    expect(twice('512', '1024')).toEqual({ tsize: 0 });
    expect(
      readRequestedOptions([
        ['blksize', '1'],
        ['blksize', '2'],
        ['blksize', '512'],
      ]),
    ).toEqual({});
  });
});

describe('granted options', () => {
  it('are read back as they were written', () => {
    const granted: GrantedOptions = {
      blksize: 1024,
      timeout: 5,
      tsize: 0,
      windowsize: 4,
      multicast: { address: '239.255.1.2', port: 1758, master: true },
    };
    expect(readGrantedOptions(writeGrantedOptions(granted), ALL)).toEqual(granted);
    expect(writeGrantedOptions(granted).at(-1)).toEqual(['multicast', '239.255.1.2,1758,1']);
    expect(readGrantedOptions([], ALL)).toEqual({});
  });

  it('may leave out the group that is known (RFC 2090)', () => {
    expect(readGrantedOptions([['multicast', ',,1']], ALL)).toEqual({
      multicast: { address: '', port: undefined, master: true },
    });
  });

  it.each([
    ['blksize', '1429'],
    ['blksize', '7'],
    ['blksize', 'x'],
    ['timeout', '4'],
    ['timeout', '6'],
    ['windowsize', '17'],
    ['windowsize', '0'],
    ['tsize', '-1'],
    ['tsize', '9007199254740993'],
    ['multicast', ''],
    ['multicast', '1'],
    ['multicast', '239.0.0.1,1758'],
    ['multicast', '239.0.0.1,1758,2'],
    ['multicast', '239.0.0.1,1758,1,1'],
    ['multicast', '239.0.0.1,0,1'],
    ['multicast', '239.0.0.1,65536,1'],
    ['multicast', '239.0.0.256,1758,1'],
    ['multicast', '10.0.0.1,1758,1'],
    ['multicast', '224.0.0.1,1758,1'],
    ['multicast', '240.0.0.1,1758,1'],
    ['multicast', 'host.example,1758,1'],
    ['multicast', ',1758,1'],
    ['multicast', '239.0.0.1,,1'],
    ['nonsense', '1'],
  ])('are refused with ERROR 8 for %s = %j', (name, value) => {
    expect(() => readGrantedOptions([[name, value]], ALL)).toThrow(expect.objectContaining({ code: 8 }));
  });

  it('are refused where they were not asked for, or come twice (RFC 2347)', () => {
    expect(() => readGrantedOptions([['blksize', '512']], { tsize: 0 })).toThrow(TftpError);
    expect(() =>
      readGrantedOptions(
        [
          ['tsize', '1'],
          ['tsize', '1'],
        ],
        ALL,
      ),
    ).toThrow(TftpError);
  });
});
