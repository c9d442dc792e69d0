import { describe, expect, it } from 'vitest';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import { FRUITLESS_ROUNDS, MAX_FILLS, REQUEST_QUOTA } from './params';
import {
  type Needy,
  type PlannerOptions,
  planFirst,
  planRepair,
  type RepairPlan,
  wantsTcp,
} from './retransmission-planner';
import { TransferLayout } from './transfer-layout';

const layout = new TransferLayout(10_000_000, 1000);
/** No parity has been sent. */
const parityUsed = new Uint8Array(layout.chunkCount);
const AUTO: PlannerOptions = { repair: 'auto', maxRounds: 12, rounds: 1, parityUsed };
const PLAIN: PlannerOptions = { ...AUTO, repair: 'plain' };
const TCP: PlannerOptions = { ...AUTO, repair: 'tcp' };
const LARGE: RangeSet = [[0, 300]];

function student(id: string, change: Partial<Needy> = {}): Needy {
  const fresh = { multicastPath: true, fruitless: 0, requested: 0, forged: 0, fills: 0 };
  return { id, missing: LARGE, heldParity: [], ...fresh, ...change };
}

interface Row {
  readonly rule: string;
  readonly needy: readonly Needy[];
  readonly options?: PlannerOptions;
  readonly plan: Partial<RepairPlan>;
}

const rows: readonly Row[] = [
  {
    rule: 'repair without parity was asked for: multicast of the union of the reports, no unit more',
    needy: [
      student('a', {
        missing: [
          [1, 3],
          [8, 9],
        ],
      }),
      student('b', { missing: [[2, 5]] }),
    ],
    options: PLAIN,
    plan: {
      mode: 'plain',
      students: ['a', 'b'],
      units: [
        [1, 5],
        [8, 9],
      ],
      parity: [],
      why: 'the union of 2 reports',
      givenUp: [],
    },
  },
  {
    rule: 'students who miss different units of a chunk: its parity, as many as the worst lacks; the others as they are',
    needy: [
      student('a', {
        missing: [
          [1, 4],
          [200, 300],
        ],
      }),
      student('b', {
        missing: [
          [5, 6],
          [200, 300],
        ],
      }),
    ],
    plan: {
      mode: 'coded',
      units: [
        [1, 4],
        [5, 6],
        [200, 300],
      ],
      parity: [[layout.parityOf(0, 0), layout.parityOf(0, 3)]],
      why: 'the union of 2 reports, as parity where that is less',
    },
  },
  {
    rule: 'students who miss the same: the union, without parity',
    needy: [student('a'), student('b')],
    plan: { mode: 'plain', units: LARGE, parity: [], why: 'the union of 2 reports' },
  },
  {
    rule: 'one student with a large leftover: multicast',
    needy: [student('a')],
    plan: { mode: 'plain', students: ['a'], units: LARGE, why: 'one student' },
  },
  {
    rule: 'one student with a small leftover: TCP',
    needy: [student('a', { missing: [[0, 262]] })],
    plan: { mode: 'tcp', students: ['a'], units: [[0, 262]], why: 'a small leftover of one student' },
  },
  {
    rule: 'one byte range above the small leftover is no small leftover',
    needy: [student('a', { missing: [[0, 263]] })],
    plan: { mode: 'plain', why: 'one student' },
  },
  {
    rule: 'a small leftover of two students: multicast',
    needy: [student('a', { missing: [[0, 1]] }), student('b', { missing: [[0, 1]] })],
    plan: { mode: 'plain', students: ['a', 'b'], units: [[0, 1]] },
  },
  {
    rule: 'a small leftover that had its fills: multicast, whose rounds end',
    needy: [student('a', { missing: [[0, 1]], fills: MAX_FILLS })],
    plan: { mode: 'plain', students: ['a'], givenUp: [] },
  },
  {
    rule: 'a small leftover with repair by multicast only: multicast',
    needy: [student('a', { missing: [[0, 1]] })],
    options: PLAIN,
    plan: { mode: 'plain', students: ['a'], why: 'one student' },
  },
  {
    rule: 'students who miss nothing that is known: the control connection, to compare digests',
    needy: [student('a', { missing: [] })],
    options: PLAIN,
    plan: { mode: 'tcp', students: ['a'], units: [], why: 'only the digests are left to compare' },
  },
  {
    rule: 'repair by TCP was asked for',
    needy: [student('a'), student('b')],
    options: TCP,
    plan: { mode: 'tcp', students: ['a', 'b'], units: LARGE, why: 'repair by TCP was asked for' },
  },
  {
    rule: 'no multicast path: TCP',
    needy: [student('a', { multicastPath: false })],
    plan: { mode: 'tcp', students: ['a'], why: 'no multicast reaches it' },
  },
  {
    rule: 'forged datagrams: TCP',
    needy: [student('a', { forged: 1 })],
    plan: { mode: 'tcp', students: ['a'], why: 'forged datagrams reach it on the group' },
  },
  {
    rule: 'fruitless rounds: TCP',
    needy: [student('a', { fruitless: FRUITLESS_ROUNDS })],
    plan: { mode: 'tcp', students: ['a'], why: 'multicast rounds bring it next to nothing' },
  },
  {
    rule: 'one fruitless round less: multicast',
    needy: [student('a', { fruitless: FRUITLESS_ROUNDS - 1 })],
    plan: { mode: 'plain', students: ['a'] },
  },
  {
    rule: 'more requests than the quota: TCP',
    needy: [student('a', { requested: REQUEST_QUOTA * layout.unitCount + 1 })],
    plan: { mode: 'tcp', students: ['a'], why: 'it has used up its share of retransmissions' },
  },
  {
    rule: 'exactly the quota: multicast',
    needy: [student('a', { requested: REQUEST_QUOTA * layout.unitCount })],
    plan: { mode: 'plain', students: ['a'] },
  },
  {
    rule: 'all rounds used: TCP',
    needy: [student('a'), student('b')],
    options: { ...AUTO, rounds: 12 },
    plan: { mode: 'tcp', students: ['a', 'b'], why: 'something is still missing after 12 rounds' },
  },
  {
    rule: 'the class first: who needs TCP waits, and the multicast holds nothing for it alone',
    needy: [student('a', { multicastPath: false, missing: [[0, 9000]] }), student('b'), student('c')],
    plan: { mode: 'plain', students: ['b', 'c'], units: LARGE },
  },
  {
    rule: 'several reasons for TCP: each is told once',
    needy: [
      student('a', { multicastPath: false }),
      student('b', { forged: 1 }),
      student('c', { multicastPath: false, missing: [[400, 401]] }),
    ],
    plan: {
      mode: 'tcp',
      students: ['a', 'b', 'c'],
      units: [
        [0, 300],
        [400, 401],
      ],
      why: 'no multicast reaches it; forged datagrams reach it on the group',
    },
  },
  {
    rule: 'only TCP reaches it, and TCP is switched off: given up, in words',
    needy: [student('a', { multicastPath: false }), student('b')],
    options: PLAIN,
    plan: {
      mode: 'plain',
      students: ['b'],
      givenUp: [{ id: 'a', reason: 'no multicast reaches it, and repair over TCP is switched off' }],
    },
  },
  {
    rule: 'all rounds used, and TCP is switched off: everybody is given up',
    needy: [student('a')],
    options: { ...PLAIN, rounds: 12 },
    plan: {
      students: [],
      units: [],
      givenUp: [{ id: 'a', reason: 'something is still missing after 12 rounds, and repair over TCP is switched off' }],
    },
  },
  {
    rule: 'it has had all its fills: given up, in words',
    needy: [student('a', { multicastPath: false, fills: MAX_FILLS }), student('b', { multicastPath: false })],
    plan: {
      mode: 'tcp',
      students: ['b'],
      givenUp: [{ id: 'a', reason: 'it kept asking for data that it was offered over TCP' }],
    },
  },
  { rule: 'nobody: nothing', needy: [], plan: { students: [], units: [], givenUp: [] } },
];

describe('the retransmission planner', () => {
  it.each(rows)('$rule', ({ needy, options = AUTO, plan }) => {
    expect(planRepair(needy, layout, options)).toMatchObject(plan);
  });
});

describe('the first transmission', () => {
  const students = [student('a'), student('b')];
  const everything: RangeSet = [[0, layout.unitCount]];

  it('is a multicast of everything to everybody', () => {
    expect(planFirst(students, layout, 'multicast', 'auto')).toMatchObject({
      mode: 'plain',
      students: ['a', 'b'],
      units: everything,
    });
  });

  it('goes over TCP where that was asked for, or where there is nothing to send', () => {
    expect(planFirst(students, layout, 'tcp', 'auto')).toMatchObject({
      mode: 'tcp',
      students: ['a', 'b'],
      units: everything,
    });
    const empty = new TransferLayout(0, 1000);
    expect(planFirst(students, empty, 'multicast', 'auto')).toMatchObject({ mode: 'tcp', units: [] });
  });
});

describe('TCP helps a student that failed', () => {
  const helps: readonly [string, boolean, Partial<Needy>, PlannerOptions?][] = [
    ['and heard the group well', false, {}],
    ['and had no multicast path', true, { multicastPath: false }],
    ['and had one, but used up its rounds', true, {}, { ...PLAIN, rounds: 12 }],
    ['among forgeries', true, { forged: 1 }],
    ['after fruitless rounds', true, { fruitless: FRUITLESS_ROUNDS }, PLAIN],
    ['but not where TCP was tried', false, { multicastPath: false, fills: 1 }],
    ['but not only because TCP repairs were asked for', false, {}, TCP],
  ];
  it.each(helps)('%s: %s', (_, expected, change, options = AUTO) => {
    expect(wantsTcp(student('a', change), layout, options)).toBe(expected);
  });
});
