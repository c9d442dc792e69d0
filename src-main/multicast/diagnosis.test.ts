import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose, type Hearing } from './diagnosis';

const SENT = { slow: 60, fast: 600 };
const all = (adapter: 'wifi' | 'wired' | 'unknown'): Hearing => ({ ...SENT, adapter, elsewhere: false });
const none = (adapter: 'wifi' | 'wired' | 'unknown', elsewhere = false): Hearing => ({
  ...{ slow: 0, fast: 0, adapter, elsewhere },
});
const some = (adapter: 'wifi' | 'wired' | 'unknown', slow: number, fast: number): Hearing => ({
  ...{ slow, fast, adapter, elsewhere: false },
});

function judge(hearings: readonly Hearing[]): string[] {
  const named = new Map(hearings.map((hearing, index) => [String(index), hearing]));
  return diagnose(SENT, named).map(({ verdict, cause }) => (cause === undefined ? verdict : `${verdict}: ${cause}`));
}

describe('The network doctor says', () => {
  it.each<[string, Hearing[], string[]]>([
    ['all is well', [all('wired'), all('wifi'), all('unknown')], ['good', 'good', 'good']],
    ['a loss that a round mends is well', [some('wifi', 60, 590)], ['good']],
    ['loss on Wi-Fi is Wi-Fi', [some('wifi', 50, 400), all('wired')], ['lossy: wifi', 'good']],
    ['all slow, not all fast: it cannot keep up', [some('wired', 60, 300)], ['lossy: overload']],
    ['loss on a cable, slow or fast: it does not know why', [some('wired', 40, 400)], ['lossy']],
    ['its neighbour on the cable hears: a firewall', [all('wired'), none('wired')], ['good', 'none: firewall']],
    [
      'its neighbour on Wi-Fi hears: a firewall',
      [some('wifi', 30, 9), none('wifi')],
      ['lossy: wifi', 'none: firewall'],
    ],
    ['only those on the cable hear: isolation', [all('wired'), none('wifi')], ['good', 'none: isolation']],
    ['nobody on Wi-Fi hears: isolation', [none('wifi'), none('wifi')], ['none: isolation', 'none: isolation']],
    ['nobody on the cable hears: snooping', [none('wired'), none('unknown')], ['none: snooping', 'none: snooping']],
    ['the only one, on a cable, hears nothing: its firewall', [none('wired')], ['none: firewall']],
    ['it comes by another adapter', [all('wired'), none('wired', true)], ['good', 'none: wrongAdapter']],
    ['who left and who is silent', ['gone', 'silent', all('wired')], ['noAnswer: gone', 'noAnswer', 'good']],
  ])('%s', (_, hearings, verdicts) => {
    expect(judge(hearings)).toEqual(verdicts);
  });

  it('one verdict for each student, whatever they report', () => {
    const count = (max: number) => fc.integer({ min: 0, max });
    const heard = fc.record({
      slow: count(2 * SENT.slow),
      fast: count(2 * SENT.fast),
      adapter: fc.constantFrom('wifi' as const, 'wired' as const, 'unknown' as const),
      elsewhere: fc.boolean(),
    });
    const hearing: fc.Arbitrary<Hearing> = fc.oneof(
      heard,
      fc.constant<Hearing>('gone'),
      fc.constant<Hearing>('silent'),
    );
    fc.assert(
      fc.property(fc.array(hearing), (hearings) => {
        const verdicts = diagnose(SENT, new Map(hearings.map((one, index) => [String(index), one])));
        expect(verdicts.map(({ student }) => student)).toEqual(hearings.map((_, index) => String(index)));
        for (const { verdict, cause, received, sent } of verdicts) {
          if (verdict === 'good') expect(cause).toBeUndefined();
          if (verdict === 'none') expect(cause).toBeDefined();
          expect(received).toBeLessThanOrEqual(sent);
        }
      }),
    );
  });
});
