import { describe, expect, it } from 'vitest';
import { PROGRESS_QUIET_MS } from './params';
import { PositionReports } from './position-reports';

describe('position reports', () => {
  it('are due after so many datagrams', () => {
    const reports = new PositionReports(1000, 3);
    expect([reports.passed(0), reports.passed(1), reports.passed(2)]).toEqual([false, false, true]);
    reports.reported();
    expect(reports.passed(3)).toBe(false);
  });

  it('are due after few datagrams at first, and after twice as many each time', () => {
    const reports = new PositionReports(1000, 300);
    const datagramsUntilDue: number[] = [];
    for (let count = 0, i = 0; i < 4; count = 0, i++) {
      do count++;
      while (!reports.passed(0));
      reports.reported();
      datagramsUntilDue.push(count);
    }
    expect(datagramsUntilDue).toEqual([64, 128, 256, 300]);
  });

  it('are due after so many ms while datagrams keep coming', () => {
    const reports = new PositionReports(100, 1000);
    for (let now = 0; now <= 90; now += 10) reports.passed(now);
    expect(reports.deadline).toBe(100);
  });

  it('are due soon after the last datagram when no more come', () => {
    const reports = new PositionReports(1000, 1000);
    reports.passed(5);
    reports.passed(7);
    expect(reports.deadline).toBe(7 + PROGRESS_QUIET_MS);
  });

  it('are not due while there is nothing to report', () => {
    const reports = new PositionReports(100, 10);
    expect(reports.deadline).toBe(Number.POSITIVE_INFINITY);
    reports.passed(1);
    reports.reported();
    expect(reports.deadline).toBe(Number.POSITIVE_INFINITY);
  });
});
