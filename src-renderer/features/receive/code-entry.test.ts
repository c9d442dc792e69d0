import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CODE_DIGITS, caretAfter, digitsAfterEdit, digitsOf, groupDigits } from './code-entry';

it.each([
  ['12345678', '12345678'],
  [' 1234-5678 ', '12345678'],
  ['Code: 1234 5678\n', '12345678'],
  ['123456789', '12345678'],
  ['abc', ''],
])('reads %j as %j', (text, digits) => {
  expect(digitsOf(text)).toBe(digits);
});

it.each([
  ['', ''],
  ['123', '123'],
  ['1234', '1234 '],
  ['12345678', '1234 5678'],
])('shows %j as %j', (digits, shown) => {
  expect(groupDigits(digits)).toBe(shown);
});

it('takes the digit before the space that Backspace was pressed at', () => {
  expect(digitsAfterEdit('1234', '1234')).toBe('123');
  expect(digitsAfterEdit('123456', '123456')).toBe('12356');
  expect(digitsAfterEdit('123456', '1234 5')).toBe('12345');
});

it('reads back what it shows, with the caret after the last digit', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{0,8}$/), (digits) => {
      expect(digitsOf(groupDigits(digits))).toBe(digits);
      expect(caretAfter(digits.length)).toBe(groupDigits(digits).length);
      expect(digits.length).toBeLessThanOrEqual(CODE_DIGITS);
    }),
  );
});
