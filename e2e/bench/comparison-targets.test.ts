import { describe, expect, test } from 'vitest';
import type { Row } from './comparison';
import { comparisonTargets } from './comparison-targets';
import type { Measurement } from './measurement';

const FAST: Measurement = {
  megabytesPerSecond: 90,
  sessionSeconds: 1,
  linkRatio: 1.05,
  processorMicroseconds: 80,
  machineMicroseconds: 100,
};
const SLOW: Measurement = { ...FAST, megabytesPerSecond: 60, sessionSeconds: 1.5, processorMicroseconds: 100 };

function row(students: number, loss: number, results: Record<string, Measurement | undefined>, megabits?: number): Row {
  const network = megabits === undefined ? { name: 'unlimited' } : { name: 'limited', megabitsPerSecond: megabits };
  return {
    network,
    students,
    loss,
    fileBytes: 1,
    uftpRate: 1,
    results: new Map(Object.entries(results)),
    failures: new Map(),
  };
}

describe('bounds beside the other tools', () => {
  test('take the better of the two, the faster data and the shorter session', () => {
    const worse = { ...SLOW, megabytesPerSecond: 10, sessionSeconds: 9 };
    const targets = comparisonTargets([row(4, 0, { uftp: worse, udpcast: SLOW, 'Tutti, accelerated': FAST })]);
    const ofAccelerated = targets.filter(({ what }) => /^Tutti, accelerated: (data|whole)/.test(what));
    expect(ofAccelerated.map(({ measured }) => measured)).toEqual(['1.50 at 0 % loss', '1.50 at 0 % loss']);
    expect(ofAccelerated.every(({ isMet }) => isMet)).toBe(true);
  });

  test('are met at every loss, or not', () => {
    const good = { uftp: SLOW, udpcast: SLOW, 'Tutti, accelerated': FAST };
    const bad = { uftp: SLOW, udpcast: FAST, 'Tutti, accelerated': FAST };
    const [data] = comparisonTargets([row(8, 0, good), row(8, 0.05, bad)]);
    expect(data).toMatchObject({ measured: '1.50 at 0 % loss, 1.00 at 5 % loss', bound: '≥ 1.5 ×', isMet: false });
  });

  test('are not met by what was not measured', () => {
    const targets = comparisonTargets([row(4, 0, { uftp: SLOW, udpcast: SLOW, 'Tutti, accelerated': undefined })]);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter(({ isMet }) => isMet)).toEqual([]);
  });

  test('have no line where there is no row', () => {
    expect(comparisonTargets([])).toEqual([]);
  });

  test('know what a gigabit carries', () => {
    const full = { ...FAST, megabytesPerSecond: 114 };
    const targets = comparisonTargets([row(4, 0, { 'Tutti, accelerated': full }, 1000)]);
    expect(targets).toEqual([expect.objectContaining({ measured: '95.4 %', isMet: true })]);
  });

  test('count the bytes of both data paths', () => {
    const results = { 'Tutti, dgram': { ...FAST, linkRatio: 1.21 }, 'Tutti, accelerated': FAST };
    const targets = comparisonTargets([row(8, 0.05, results, 1000)]);
    expect(targets).toEqual([expect.objectContaining({ bound: '≤ 1.20', measured: '1.21', isMet: false })]);
  });
});
