import { describe, expect, it } from 'vitest';
import { ARCHIVE_PATIENCE_MS, MAX_ROUNDS, QUERY_TIMEOUT_MS, REORDER_MS } from './params';
import { type Reach, Repair, type RepairStep } from './repair';

const ALL: Reach = { archive: true, server: true, archiveExists: true };
const GAP = { packets: [[3, 5]], seals: [] } as const;
const NOBODY_ELSE: Reach = { archive: false, server: true, archiveExists: false };

function repairFrom(reach: Reach, random = 0.5): Repair {
  const repair = new Repair(() => random, 100);
  repair.reaches(reach, 0);
  return repair;
}

/** The next query, at the time when it is due. */
function asked(repair: Repair, now: number): Extract<RepairStep, { do: 'ask' }>['query'] {
  const step = repair.step(1, GAP, now);
  if (step.do !== 'ask') throw new Error(`it would ${step.do}`);
  return step.query;
}

describe('repair', () => {
  it('waits for a time that chance chooses, so that not all ask at once', () => {
    const early = repairFrom(ALL, 0);
    const late = repairFrom(ALL, 0.9);
    expect(early.deadline).toBe(REORDER_MS);
    expect(late.deadline).toBe(REORDER_MS + 90);
    expect(late.step(1, GAP, REORDER_MS)).toEqual({ do: 'wait' });
  });

  it('asks the archive first, then the publisher for what that does not have', () => {
    const repair = repairFrom(ALL);
    const first = asked(repair, 1000);
    expect(first).toMatchObject({ to: 'archive', epoch: 1, packets: [[3, 5]] });
    repair.answered(first.query, [[4, 5]], 0, 1010);
    const rest = repair.step(1, { packets: [[4, 5]], seals: [] }, 1010);
    expect(rest).toMatchObject({ do: 'ask', query: { to: 'server', packets: [[4, 5]] } });
  });

  it('asks the publisher where the archive is silent, or gone', () => {
    const silent = repairFrom(ALL);
    asked(silent, 1000);
    expect(silent.step(1, GAP, 1000 + QUERY_TIMEOUT_MS - 1)).toEqual({ do: 'wait' });
    expect(asked(silent, 1000 + QUERY_TIMEOUT_MS).to).toBe('server');
    const gone = repairFrom(ALL);
    asked(gone, 1000);
    gone.reaches({ ...ALL, archive: false }, 1001);
    expect(asked(gone, 1001).to).toBe('server');
  });

  it('does not take an answer that comes in pieces for silence', () => {
    const repair = repairFrom(ALL);
    asked(repair, 1000);
    repair.moved('archive', 1900);
    expect(repair.step(1, GAP, 1000 + QUERY_TIMEOUT_MS)).toEqual({ do: 'wait' });
  });

  it('does not believe an archive that says it has sent what never comes', () => {
    const repair = repairFrom(ALL);
    const first = asked(repair, 1000);
    repair.answered(first.query, [], 0, 1010);
    expect(asked(repair, 1010).to).toBe('server');
  });

  it('waits for what is promised to the group once, and not for ever', () => {
    const repair = repairFrom(ALL);
    const first = asked(repair, 1000);
    repair.answered(first.query, [], 2, 1010);
    expect(repair.step(1, GAP, 1011)).toEqual({ do: 'wait' });
    const second = asked(repair, repair.deadline);
    expect(second.to).toBe('archive');
    repair.answered(second.query, [], 2, 1200);
    expect(asked(repair, repair.deadline).to).toBe('server');
  });

  it('gives up what nobody has after a few rounds, each later than the one before', () => {
    const repair = repairFrom(NOBODY_ELSE);
    const times: number[] = [];
    let now = repair.deadline;
    let step = repair.step(1, GAP, now);
    for (; step.do !== 'giveUp'; step = repair.step(1, GAP, now)) {
      if (step.do === 'ask') {
        times.push(now);
        repair.answered(step.query.query, [[3, 5]], 0, now);
      }
      now = Math.max(now, repair.deadline);
    }
    expect(step.ranges).toEqual([[3, 5]]);
    expect(times.length).toBe(MAX_ROUNDS + 1);
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });

  it('gives up only what it asked for in every round, though something else is missing all the time', () => {
    const repair = repairFrom(NOBODY_ELSE);
    let now = repair.deadline;
    const rounds = 10 * MAX_ROUNDS;
    for (let first = 0; first < 10 * rounds; first += 10) {
      // What was missing in the round before has come; a neighbour that only now is missing has not.
      const step = repair.step(1, { packets: [[first, first + 5]], seals: [] }, now);
      if (step.do !== 'ask') throw new Error(`it would ${step.do}`);
      repair.answered(step.query.query, step.query.packets, 0, now);
      expect(repair.step(1, { packets: step.query.packets, seals: [] }, now)).toEqual({ do: 'wait' });
      now = repair.deadline;
    }
    const never = [[3, 5]] as const;
    let later = 10_000;
    let step = repair.step(1, { packets: never, seals: [] }, now);
    for (let steps = 0; step.do !== 'giveUp' && steps < 100; steps++) {
      if (step.do === 'ask') repair.answered(step.query.query, step.query.packets, 0, now);
      else later += 10;
      now = Math.max(now, repair.deadline);
      step = repair.step(1, { packets: [...never, [later, later + 5]], seals: [] }, now);
    }
    if (step.do !== 'giveUp') throw new Error('it asks for ever');
    expect(step.ranges).toEqual(never);
  });

  it('waits for an archive that is away before it gives up', () => {
    const repair = repairFrom({ archive: false, server: true, archiveExists: true });
    let now = repair.deadline;
    const start = now;
    for (let step = repair.step(1, GAP, now); step.do !== 'giveUp'; step = repair.step(1, GAP, now)) {
      if (step.do === 'ask') repair.answered(step.query.query, [[3, 5]], 0, now);
      now = Math.max(now, repair.deadline);
    }
    expect(now - start).toBeGreaterThanOrEqual(ARCHIVE_PATIENCE_MS);
  });

  it('gives nothing up while the publisher is away', () => {
    const repair = repairFrom({ archive: true, server: false, archiveExists: true });
    const first = asked(repair, 1000);
    repair.answered(first.query, [[3, 5]], 0, 1010);
    expect(repair.step(1, GAP, 1010)).toEqual({ do: 'wait' });
    expect(repair.deadline).toBe(Number.POSITIVE_INFINITY);
    repair.reaches(ALL, 5000);
    expect(asked(repair, repair.deadline).to).toBe('server');
  });
});
