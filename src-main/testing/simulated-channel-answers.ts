import type { RangeSet } from '../../src-shared/ranges/range-set';
import type { MemberQuery } from '../archive/query-desk';
import type { RepairSource } from '../archive/repair';

type Answer = (source: RepairSource, datagrams: readonly Uint8Array[], absent: RangeSet, broadcast: number) => void;

const answers = new WeakMap<MemberQuery, Answer>();

/** What is to happen once this query is answered. */
export function onAnswer(to: MemberQuery, answer: Answer): void {
  answers.set(to, answer);
}

/** Gives an answer to whoever asked. */
export function answerTo(
  to: MemberQuery,
  source: RepairSource,
  datagrams: readonly Uint8Array[],
  absent: RangeSet,
  broadcast: number,
): void {
  answers.get(to)?.(source, datagrams, absent, broadcast);
}
