import type { MemberState } from '../../src-shared/ipc/events';
import type {
  IncomingView,
  MemberView,
  NodeSnapshot,
  RoomSnapshot,
  RoundView,
  StrangerView,
  StudentView,
  TransferView,
} from '../../src-shared/ipc/snapshots';
import { countOf, formatBytes } from '../../src-shared/text/format';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { plainText } from '../../src-shared/text/plain-text';
import {
  closingSentence,
  contentInWords,
  incomingInWords,
  memberInWords,
  modeInWords,
  roundInWords,
} from '../../src-shared/text/sentences';
import { connectionInWords } from './render-student';

/** What a pipe or a log file gets instead of a display: one plain line for each change of state, none for progress. */

const NAME_CHARS = 40;
/** Changes that a log should hold; the others are the normal course of a transfer. */
const VERBS: Partial<Record<MemberState, string>> = {
  filling: 'is served',
  away: 'is',
  complete: 'is',
  failed: 'has',
};

/** The lines that lead from one snapshot of a teacher to the next. */
export function teacherChanges(before: RoomSnapshot | undefined, after: RoomSnapshot): string[] {
  return [
    ...roomChanges(before, after),
    ...strangersCome(before, after),
    ...studentsComeAndGo(before, after),
    ...transfersChange(before, after),
  ];
}

/** The lines that lead from one snapshot of a student to the next. */
export function studentChanges(before: NodeSnapshot | undefined, after: NodeSnapshot): string[] {
  const connection = connectionInWords(after);
  const lines = before !== undefined && connectionInWords(before) === connection ? [] : [connection];
  for (const incoming of after.transfers) {
    const earlier = before?.transfers.find((other) => other.id === incoming.id);
    lines.push(...incomingChanges(earlier, incoming, after.folder));
  }
  return lines;
}

function roomChanges(before: RoomSnapshot | undefined, { room }: RoomSnapshot): string[] {
  if (room === null) return [];
  const earlier = before?.room ?? undefined;
  const lines: string[] = [];
  if (earlier === undefined) {
    const name = plainText(room.name, NAME_CHARS);
    const place = hostAndPort(room.address, room.port);
    lines.push(`The room ${name} is open at ${place}, fingerprint ${room.fingerprint}.`);
  }
  if (earlier?.code !== room.code && room.code !== null) lines.push(`Students join with the code ${room.code}.`);
  return lines;
}

function studentsComeAndGo(before: RoomSnapshot | undefined, after: RoomSnapshot): string[] {
  const earlier = presentIn(before);
  const now = presentIn(after);
  const came = now.filter((student) => !earlier.some(({ id }) => id === student.id));
  const went = earlier.filter((student) => !now.some(({ id }) => id === student.id));
  return [
    ...came.map(
      ({ name, ip }) => `${plainText(name, NAME_CHARS)} (${plainText(ip ?? '', NAME_CHARS)}) is in the room.`,
    ),
    ...went.map(({ name }) => `${plainText(name, NAME_CHARS)} has left the room.`),
  ];
}

function strangersCome(before: RoomSnapshot | undefined, after: RoomSnapshot): string[] {
  const isNew = ({ id }: StrangerView) => before?.strangers.some((stranger) => stranger.id === id) !== true;
  return after.strangers.filter(isNew).map(strangerInWords);
}

function strangerInWords({ name, ip, sameName }: StrangerView): string {
  const shown = plainText(name, NAME_CHARS);
  const more = sameName ? ` It is another device than the ${shown} of this class.` : '';
  return `${shown} (${plainText(ip, NAME_CHARS)}) is not paired and was sent away.${more}`;
}

function presentIn(snapshot: RoomSnapshot | undefined): readonly StudentView[] {
  return snapshot?.students.filter((student) => student.connected) ?? [];
}

function transfersChange(before: RoomSnapshot | undefined, after: RoomSnapshot): string[] {
  return after.transfers.flatMap((transfer) => {
    const earlier = before?.transfers.find((other) => other.id === transfer.id);
    return transferChanges(earlier, transfer);
  });
}

function transferChanges(before: TransferView | undefined, after: TransferView): string[] {
  const lines = before === undefined ? [`To send: ${contentInWords(after)}.`] : [];
  for (const round of after.rounds) {
    if (before?.rounds.some((earlier) => earlier.transmission === round.transmission)) continue;
    lines.push(roundAnnounced(round));
  }
  for (const member of after.permanent) lines.push(...memberChanges(before, member, after));
  const over = after.phase === 'finished' || after.phase === 'failed';
  if (over && before?.phase !== after.phase) lines.push(closingSentence(after));
  return lines;
}

function roundAnnounced(round: RoundView): string {
  const why = round.why === '' ? '' : ` (${plainText(round.why, 200)})`;
  const what = `${formatBytes(round.bytes)} by ${modeInWords(round.mode)}`;
  return `${roundInWords(round)}: ${what} to ${countOf(round.students.length, 'student')}${why}.`;
}

function memberChanges(before: TransferView | undefined, member: MemberView, { rounds }: TransferView): string[] {
  const earlier = before?.permanent.find((other) => other.id === member.id);
  const verb = VERBS[member.state];
  if (verb === undefined || earlier?.state === member.state) return [];
  const words = memberInWords(member, rounds.at(-1)?.transmission ?? 0);
  return [`${plainText(member.name, NAME_CHARS)} ${verb} ${words.replace(/\.$/, '')}.`];
}

function incomingChanges(before: IncomingView | undefined, after: IncomingView, folder: string): string[] {
  const lines: string[] = [];
  const what = countOf(after.files.length, 'file');
  if (before === undefined) lines.push(`${what} from ${plainText(after.from, NAME_CHARS)}.`);
  if (before?.state === after.state && before.transmission === after.transmission) return lines;
  if (after.state === 'complete') lines.push(`Complete: ${what} in ${plainText(folder, 400)}.`);
  else lines.push(`${sentenceCase(incomingInWords(after))}.`);
  return lines;
}

function sentenceCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1).replace(/\.$/, '');
}
