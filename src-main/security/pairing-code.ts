import { randomInt } from 'node:crypto';

const DIGITS = 8;

/** A room's code (PROTOCOL.md section 6.5): eight digits, each code as likely as any other, leading zeros included. */
export function makeCode(): string {
  return String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
}
