import { createHash, createHmac } from 'node:crypto';
import { ristretto255 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CpaceError,
  confirmationTag,
  generatorOf,
  generatorString,
  lengthValues,
  multiply,
  requireShare,
  scalarFrom,
  sessionKey,
  transcript,
} from './cpace';

/** draft-irtf-cfrg-cpace, appendix “Test vector for CPace using group ristretto255 and hash SHA-512”. */
const VECTOR = {
  password: '50617373776f7264',
  channel: '0b415f696e69746961746f720b425f726573706f6e646572',
  session: '7e4b4791d6a8ef019b936c79fb7f2c57',
  generatorString:
    '11435061636552697374726574746f3235350850617373776f7264640000000000000000000000000000000000000000' +
    '000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000' +
    '0000000000000000000000000000000000000000000000000000000000000000180b415f696e69746961746f720b425f' +
    '726573706f6e646572107e4b4791d6a8ef019b936c79fb7f2c57',
  generator: '222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56',
  ya: 'da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08',
  dataA: '414461',
  shareA: 'd6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157',
  yb: 'd2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d',
  dataB: '414462',
  shareB: '3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258',
  element: '80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f',
  key:
    'b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd2b38950a39dfd5d4a79164614c2984f7' +
    'daa460b588c1e80c3fa2068af7900447',
};
const TRANSCRIPT =
  '20d6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b915703414461203ea7e0b19560d7c0b0f5' +
  '734f63b955286dfa8232b5ebe63324e2d9e7433f725803414462';
const SCALAR = '7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05';
const ELEMENT = '2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c';
const PRODUCT = '7c13645fe790a468f62c39beb7388e541d8405d1ade69d1778c5fe3e7f6b600e';
const NOT_AN_ELEMENT = '2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c';
const NEUTRAL = '0000000000000000000000000000000000000000000000000000000000000000';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const inputs = {
  password: bytes(VECTOR.password),
  channel: bytes(VECTOR.channel),
  session: bytes(VECTOR.session),
};
const fromA = { share: bytes(VECTOR.shareA), data: bytes(VECTOR.dataA) };
const fromB = { share: bytes(VECTOR.shareB), data: bytes(VECTOR.dataB) };

describe('CPace, by the draft’s test vectors', () => {
  it('prepends lengths', () => {
    const upTo = (length: number) => Uint8Array.from({ length }, (_, i) => i);
    expect(hex(lengthValues(bytes('')))).toBe('00');
    expect(hex(lengthValues(Buffer.from('1234')))).toBe('0431323334');
    expect(hex(lengthValues(upTo(127)))).toBe(`7f${hex(upTo(127))}`);
    expect(hex(lengthValues(upTo(128)))).toBe(`8001${hex(upTo(128))}`);
    expect(hex(lengthValues(Buffer.from('1234'), Buffer.from('5'), bytes(''), Buffer.from('678')))).toBe(
      '043132333401350003363738',
    );
  });

  it('makes the generator', () => {
    expect(hex(generatorString(inputs))).toBe(VECTOR.generatorString);
    expect(hex(generatorOf(inputs))).toBe(VECTOR.generator);
  });

  it('makes both shares and the secret element', () => {
    const generator = generatorOf(inputs);
    const [ya, yb] = [scalarFrom(bytes(VECTOR.ya)), scalarFrom(bytes(VECTOR.yb))];
    expect(hex(multiply(ya, generator))).toBe(VECTOR.shareA);
    expect(hex(multiply(yb, generator))).toBe(VECTOR.shareB);
    expect(hex(multiply(ya, fromB.share))).toBe(VECTOR.element);
    expect(hex(multiply(yb, fromA.share))).toBe(VECTOR.element);
  });

  it('makes the transcript and the key of initiator and responder', () => {
    expect(hex(transcript(fromA, fromB))).toBe(TRANSCRIPT);
    expect(hex(sessionKey(inputs.session, bytes(VECTOR.element), fromA, fromB))).toBe(VECTOR.key);
  });

  it('multiplies what is valid', () => {
    expect(hex(multiply(scalarFrom(bytes(SCALAR)), bytes(ELEMENT)))).toBe(PRODUCT);
  });

  it.each([
    ['not an element', NOT_AN_ELEMENT],
    ['the neutral element', NEUTRAL],
  ])('aborts for %s', (_, encoded) => {
    expect(() => multiply(scalarFrom(bytes(SCALAR)), bytes(encoded))).toThrow(CpaceError);
    expect(() => requireShare(bytes(encoded))).toThrow(CpaceError);
  });
});

describe('CPace beyond the vectors', () => {
  it('refuses every encoding that is not canonical', () => {
    const negative = bytes(ELEMENT);
    negative[0] = (negative[0] ?? 0) | 1;
    const highBit = bytes(ELEMENT);
    highBit[31] = (highBit[31] ?? 0) | 0x80;
    // p itself: another way to write zero.
    const modulus = bytes(`ed${'ff'.repeat(30)}7f`);
    for (const share of [negative, highBit, modulus, bytes('ff'.repeat(32)), bytes(ELEMENT.slice(2)), bytes('')])
      expect(() => requireShare(share)).toThrow(CpaceError);
  });

  it('takes what decodes to itself, and nothing else, of random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 40 }), (share) => {
        let element: Uint8Array | undefined;
        try {
          element = ristretto255.Point.fromBytes(share).toBytes();
        } catch {
          element = undefined;
        }
        if (element === undefined) expect(() => requireShare(share)).toThrow(CpaceError);
        else expect(element).toEqual(share);
      }),
    );
  });

  it('takes 252 bits of 32 random bytes, and no other number of bytes', () => {
    expect(hex(scalarFrom(bytes('ff'.repeat(32))))).toBe(`${'ff'.repeat(31)}0f`);
    for (const length of [0, 31, 33]) expect(() => scalarFrom(new Uint8Array(length))).toThrow(RangeError);
  });

  it('confirms with a tag over what was sent', () => {
    const key = bytes(VECTOR.key);
    const macKey = createHash('sha512').update('CPaceMac').update(inputs.session).update(key).digest();
    const expected = createHmac('sha512', macKey)
      .update(bytes(`20${VECTOR.shareA}03${VECTOR.dataA}`))
      .digest('hex');
    expect(hex(confirmationTag(inputs.session, key, fromA))).toBe(expected);
    expect(hex(confirmationTag(inputs.session, key, fromB))).not.toBe(expected);
  });
});
