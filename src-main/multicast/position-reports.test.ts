import { describe, expect, it } from 'vitest';
import { PROGRESS_QUIET_MS, WINDOW_STALL_MS } from './params';
import { PositionReports } from './position-reports';

describe('position reports', () => {
  it('are due after so many datagrams', () => {
    const reports = new PositionReports(1000, 3);
    expect([reports.passed(1, 0), reports.passed(1, 1), reports.passed(1, 2)]).toEqual([false, false, true]);
    reports.reported();
    expect(reports.passed(1, 3)).toBe(false);
  });

  it('are due for datagrams that were lost, as the window counts them', () => {
    const reports = new PositionReports(1000, 30);
    expect(reports.passed(1, 0)).toBe(false);
    expect(reports.passed(29, 0)).toBe(true);
  });

  it('are due after few datagrams at first, and after twice as many each time', () => {
    const reports = new PositionReports(1000, 300);
    const datagramsUntilDue: number[] = [];
    for (let count = 0, i = 0; i < 4; count = 0, i++) {
      do count++;
      while (!reports.passed(1, 0));
      reports.reported();
      datagramsUntilDue.push(count);
    }
    expect(datagramsUntilDue).toEqual([64, 128, 256, 300]);
  });

  it('are due after so many ms while datagrams keep coming', () => {
    const reports = new PositionReports(100, 1000);
    for (let now = 0; now <= 90; now += 10) reports.passed(1, now);
    expect(reports.deadline).toBe(100);
  });

  it('are due before a full window moves anybody off, but not whenever a busy machine stalls', () => {
    expect(PROGRESS_QUIET_MS).toBeLessThan(WINDOW_STALL_MS);
    const reports = new PositionReports(1000, 1000);
    reports.passed(1, 0);
    reports.passed(1, 100);
    expect(reports.deadline).toBeGreaterThan(200);
  });

  it('are due soon after the last datagram when no more come', () => {
    const reports = new PositionReports(1000, 1000);
    reports.passed(1, 5);
    reports.passed(1, 7);
    expect(reports.deadline).toBe(7 + PROGRESS_QUIET_MS);
  });

  it('are not due while there is nothing to report', () => {
    const reports = new PositionReports(100, 10);
    expect(reports.deadline).toBe(Number.POSITIVE_INFINITY);
    reports.passed(1, 1);
    reports.reported();
    expect(reports.deadline).toBe(Number.POSITIVE_INFINITY);
  });
});
