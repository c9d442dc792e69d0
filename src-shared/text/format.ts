import type { i18n } from 'i18next';
import { english } from './i18n';

/** Quantities in words, the same in the terminal and in the windows; English where nothing else is asked for. */

const DECIMAL_UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** "812 bytes", "3.1 MB", "146 MB": decimal units, one digit after the point below a hundred. */
export function formatBytes(bytes: number, i18n = english): string {
  if (bytes < 1000) return i18n.t('sentences:bytes', { count: Math.round(bytes) });
  let value = bytes / 1000;
  let unit = 0;
  // From 999.5 on, rounding would give "1000" of the unit.
  while (value >= 999.5 && unit < DECIMAL_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${decimal(value, value < 99.95 ? 1 : 0, i18n)} ${DECIMAL_UNITS[unit]}`;
}

/** "11.2 MB/s". */
export function formatRate(bytesPerSecond: number, i18n = english): string {
  return bytesPerSecond < 1000 ? `${Math.round(bytesPerSecond)} B/s` : `${formatBytes(bytesPerSecond, i18n)}/s`;
}

/** "4.1 s", "31 s", "2 min 5 s", "1 h 3 min". */
export function formatDuration(ms: number, i18n = english): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${decimal(seconds, 1, i18n)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/**
 * A share 0…1 as "9.3 %", "43 %". Nothing is "0 %" but none and nothing is "100 %" but all: a student that misses one
 * byte of a gigabyte is not shown as done.
 */
export function formatPercent(share: number, i18n = english): string {
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  const percent = share * 100;
  if (percent < 0.1) return `< ${decimal(0.1, 1, i18n)} %`;
  if (percent < 9.95) return `${decimal(percent, 1, i18n)} %`;
  if (percent < 99) return `${Math.round(percent)} %`;
  return `${decimal(Math.floor(percent * 10) / 10, 1, i18n)} %`;
}

/** "1 file", "12 files": for the terminal; windows have their plurals in the texts. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first 64 bits of a fingerprint in groups that two people can compare: "3f2a 91bc 77de 0a1c". */
export function shortFingerprint(fingerprint: string): string {
  return (fingerprint.slice(0, 16).match(/.{1,4}/g) ?? []).join(' ');
}

/** A room's code as people read it out: "1234 5678". */
export function groupedCode(code: string): string {
  return (code.match(/.{1,4}/g) ?? []).join(' ');
}

/** The first letter as a capital: sentences that start small where they go on start large where they stand alone. */
export function capitalized(sentence: string): string {
  const [first = ''] = sentence;
  return first.toLocaleUpperCase('en') + sentence.slice(first.length);
}

function decimal(value: number, digits: number, i18n: i18n): string {
  return value.toFixed(digits).replace('.', i18n.t('sentences:decimalPoint'));
}
