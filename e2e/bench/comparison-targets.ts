import type { Row } from './comparison';
import type { Measurement } from './measurement';
import type { TargetResult } from './targets';
import { tuttiAccelerated, tuttiDgram } from './tutti';

const PEERS = ['uftp', 'udpcast'];
/** What tbf counts of a full datagram: 1448 bytes of the file, Tutti's header, UDP, IPv4, Ethernet. */
const FRAME = { payload: 1448, bytes: 1448 + 24 + 8 + 20 + 14 };

type Figure = (row: Row) => number | undefined;

/** Tutti's bounds beside the others, from the rows of one run. What has no row has no line. */
export function comparisonTargets(rows: readonly Row[]): TargetResult[] {
  const free = rows.filter(({ network }) => network.megabitsPerSecond === undefined);
  return [
    ...[1, 4, 8].flatMap((students) => speedTargets(free, tuttiAccelerated.name, students, students === 1 ? 0.9 : 1.5)),
    ...[4, 8].flatMap((students) => speedTargets(free, tuttiDgram.name, students, 1)),
    ...linkShareTarget(rows),
    ...linkRatioTarget(rows, 8, 0.05, 1.2),
    ...linkRatioTarget(rows, 30, 0.01, 1.1),
    ...[1, 4, 8].flatMap((students) => processorTarget(free, students)),
  ];
}

function speedTargets(rows: readonly Row[], tool: string, students: number, bound: number): TargetResult[] {
  const data: Figure = ({ results }) =>
    ratio(
      results.get(tool)?.megabytesPerSecond,
      better(results, (one) => one.megabytesPerSecond),
    );
  // Of seconds the smaller is better.
  const session: Figure = ({ results }) =>
    ratio(
      inverse(results.get(tool)?.sessionSeconds),
      better(results, (one) => 1 / one.sessionSeconds),
    );
  const what = `the better of uftp and udpcast, ${classOf(students)}`;
  return [
    ...atLeast(rows, `${tool}: data phase against ${what}`, students, data, bound),
    ...atLeast(rows, `${tool}: whole session against ${what}`, students, session, bound),
  ];
}

function linkShareTarget(rows: readonly Row[]): TargetResult[] {
  const row = rows.find((one) => one.network.megabitsPerSecond === 1000 && one.students === 4 && one.loss === 0);
  if (row === undefined) return [];
  const capacity = (1000 / 8) * (FRAME.payload / FRAME.bytes);
  const share = (row.results.get(tuttiAccelerated.name)?.megabytesPerSecond ?? Number.NaN) / capacity;
  const what = `${tuttiAccelerated.name}: share of the ${capacity.toFixed(1)} MB/s that 1 Gbit/s carries, 4 students, no loss`;
  return [{ what, bound: '≥ 95 %', measured: `${(share * 100).toFixed(1)} %`, isMet: share >= 0.95 }];
}

function linkRatioTarget(rows: readonly Row[], students: number, loss: number, bound: number): TargetResult[] {
  const matching = rows.filter((row) => row.students === students && row.loss === loss);
  if (matching.length === 0) return [];
  const tools = [tuttiDgram.name, tuttiAccelerated.name];
  const figures = matching.flatMap(({ results }) => tools.map((tool) => results.get(tool)?.linkRatio ?? Number.NaN));
  const worst = Math.max(...figures);
  const what = `Tutti: bytes on the link for each byte of the file, ${classOf(students)}, ${loss * 100} % loss`;
  return [{ what, bound: `≤ ${bound.toFixed(2)}`, measured: worst.toFixed(2), isMet: worst <= bound }];
}

function processorTarget(rows: readonly Row[], students: number): TargetResult[] {
  const share: Figure = ({ results }) =>
    ratio(results.get(tuttiAccelerated.name)?.processorMicroseconds, results.get('uftp')?.processorMicroseconds);
  const what = `${tuttiAccelerated.name}: processor time against uftp, ${classOf(students)}`;
  return judged(rows, what, students, share, `≤ 0.80 ×`, (value) => value <= 0.8);
}

function atLeast(rows: readonly Row[], what: string, students: number, figure: Figure, bound: number): TargetResult[] {
  return judged(rows, what, students, figure, `≥ ${bound.toFixed(1)} ×`, (value) => value >= bound);
}

/** One line for a class, met where it is at every loss. */
function judged(
  rows: readonly Row[],
  what: string,
  students: number,
  figure: Figure,
  bound: string,
  meets: (value: number) => boolean,
): TargetResult[] {
  const matching = rows.filter((row) => row.students === students);
  if (matching.length === 0) return [];
  const values = matching.map(figure);
  const measured = matching.map(({ loss }, i) => `${values[i]?.toFixed(2) ?? '–'} at ${loss * 100} % loss`).join(', ');
  return [{ what, bound, measured, isMet: values.every((value) => value !== undefined && meets(value)) }];
}

function better(results: Row['results'], figure: (one: Measurement) => number): number | undefined {
  const figures = PEERS.flatMap((peer) => results.get(peer) ?? []).map(figure);
  return figures.length > 0 ? Math.max(...figures) : undefined;
}

function ratio(of: number | undefined, to: number | undefined): number | undefined {
  return of === undefined || to === undefined ? undefined : of / to;
}

function inverse(value: number | undefined): number | undefined {
  return value === undefined ? undefined : 1 / value;
}

function classOf(students: number): string {
  return students === 1 ? '1 student' : `${students} students`;
}
