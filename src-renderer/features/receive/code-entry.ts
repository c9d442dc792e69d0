/** The eight digits of a room's code, as people type and paste them. */
export const CODE_DIGITS = 8;

/** The digits of what was typed or pasted, no more than a code has. */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, '').slice(0, CODE_DIGITS);
}

/** Where the caret stands in the grouped digits after so many of them: "1234 |" rather than "1234| ". */
export function caretAfter(digits: number): number {
  return digits < CODE_DIGITS / 2 ? digits : digits + 1;
}

/** "1234 5678", as the teacher's screen shows it; the space comes as soon as four digits are there. */
export function groupDigits(digits: string): string {
  const half = CODE_DIGITS / 2;
  return digits.length < half ? digits : `${digits.slice(0, half)} ${digits.slice(half)}`;
}

/** What is left after a key pressed at the space alone: Backspace there takes the digit before it. */
export function digitsAfterEdit(before: string, text: string): string {
  const digits = digitsOf(text);
  const tookSpaceOnly = digits === before && text.length < groupDigits(before).length;
  return tookSpaceOnly ? digits.slice(0, CODE_DIGITS / 2 - 1) + digits.slice(CODE_DIGITS / 2) : digits;
}
