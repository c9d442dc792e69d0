import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressSchema, nameSchema, patternSchema, requestSchemas, subjectSchema } from './contract';

describe('an address', () => {
  it.each([
    ['192.168.1.20:47470', { host: '192.168.1.20', port: 47_470 }],
    [' lab-7.school:1 ', { host: 'lab-7.school', port: 1 }],
    ['[fe80::1%eth0]:65535', { host: 'fe80::1%eth0', port: 65_535 }],
  ])('%j is read', (typed, address) => {
    expect(addressSchema.parse(typed)).toEqual(address);
  });

  it.each(['192.168.1.20', ':1', 'a b:1', 'host:0', 'host:65536', 'host:1:2', 'http://host:1'])(
    '%j is refused',
    (typed) => {
      expect(addressSchema.safeParse(typed).success).toBe(false);
    },
  );
});

describe('a name', () => {
  it('loses what cannot be seen, and is never blank', () => {
    expect(nameSchema.parse(' A\u202ena\n ')).toBe('Ana');
    expect(nameSchema.safeParse('\u200b\u0000 ').success).toBe(false);
    expect(nameSchema.safeParse('x'.repeat(81)).success).toBe(false);
  });
});

describe('a channel', () => {
  it.each(['takes', 'studio-a.takes', 'Schule.3b.Chor_1', '工作室.录音'])('may be called %j', (subject) => {
    expect(subjectSchema.parse(subject)).toBe(subject);
    expect(patternSchema.parse(subject)).toBe(subject);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', '-a', 'a/b', '../a', 'a.*', '>', 'o\u0308', 'x'.repeat(201)])(
    'may not be called %j',
    (subject) => {
      expect(subjectSchema.safeParse(subject).success).toBe(false);
    },
  );

  it.each(['*', '>', 'studio-a.*', '*.takes', 'studio-a.>', 'a.*.b.>'])('is among those of %j', (pattern) => {
    expect(patternSchema.parse(pattern)).toBe(pattern);
  });

  it.each(['a.>.b', '>.a', 'a*', '**', 'a.', '*.'])('is not asked for by %j', (pattern) => {
    expect(patternSchema.safeParse(pattern).success).toBe(false);
  });
});

it('no request schema throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(requestSchemas)), fc.anything(), (schema, value) => {
      expect(typeof schema.safeParse(value).success).toBe('boolean');
    }),
  );
});
