import type { RoomSnapshot, RoundView, TransferView } from '../../src-shared/ipc/snapshots';
import {
  countOf,
  formatBytes,
  formatDuration,
  formatPercent,
  formatRate,
  groupedCode,
  shortFingerprint,
} from '../../src-shared/text/format';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { plainText } from '../../src-shared/text/plain-text';
import {
  closingSentence,
  contentInWords,
  modeInWords,
  phaseInWords,
  roundInWords,
} from '../../src-shared/text/sentences';
import { type DisplayOptions, drawLine, fitTo, type Span, type Style, wrapTo } from './cell-text';
import { scorecardTable } from './scorecard-table';
import { groupLegend, groupStrip, progressBar } from './strips';

const MAX_ROUNDS = 6;
const MIN_SCORECARD_LINES = 4;

/** The teacher's display: the room, the running transfer with its loss map, the scorecard and the rounds. */
export function renderTeacher(snapshot: RoomSnapshot, options: DisplayOptions): string[] {
  const [transfer, ...others] = snapshot.transfers;
  const head = roomLines(snapshot, options);
  if (transfer === undefined) return [...head, '', ...waitingLines(snapshot, options)];
  const queued = others.filter((other) => other.phase === 'queued').length;
  const before = [...head, '', ...transferLines(transfer, queued, options), ''];
  const after = ['', ...roundLines(transfer, options), ...closingLines(transfer, options)];
  const room = (options.rows ?? Number.POSITIVE_INFINITY) - before.length - after.length - 1;
  return [...before, ...scorecardLines(transfer, Math.max(MIN_SCORECARD_LINES, room), options), ...after];
}

function roomLines({ room }: RoomSnapshot, options: DisplayOptions): string[] {
  if (room === null) return [drawLine([{ text: 'Opening the room …' }], options)];
  return [
    drawLine(
      [
        { text: plainText(room.name, 40), style: 'bold' },
        { text: `  ${hostAndPort(room.address, room.port)}  group ${room.group}:${room.groupPort}`, style: 'dim' },
      ],
      options,
    ),
    drawLine(
      [
        ...(room.code === null
          ? []
          : [{ text: `code ${groupedCode(room.code)}`, style: 'accent' as const }, { text: '  ' }]),
        { text: `fingerprint ${shortFingerprint(room.fingerprint)}`, style: 'dim' as const },
      ],
      options,
    ),
  ];
}

function waitingLines({ students, room }: RoomSnapshot, options: DisplayOptions): string[] {
  const present = students.filter((student) => student.connected);
  const names = present.map((student) => plainText(student.name, 40)).join(', ');
  const here = present.length === 0 ? 'Nobody is here yet.' : `${countOf(present.length, 'student')} here: ${names}`;
  const lines = [drawLine([{ text: here }], options)];
  if (room !== null && present.length === 0) {
    const trust = room.code === null ? `--pin ${room.fingerprint}` : `--code ${room.code}`;
    const command = `tutti receive --dir DIR --connect ${hostAndPort(room.address, room.port)} ${trust}`;
    lines.push('Students join with:');
    for (const text of wrapTo(command, options.columns)) lines.push(drawLine([{ text, style: 'dim' }], options));
  }
  return lines;
}

function transferLines(transfer: TransferView, queued: number, options: DisplayOptions): string[] {
  const sent = transfer.totalBytes > 0 ? transfer.sentBytes / transfer.totalBytes : 1;
  const facts = [contentInWords(transfer), phaseInWords(transfer)];
  if (transfer.phase === 'transmitting') facts.push(formatRate(transfer.rate));
  if (sent < 1) facts.push(`${formatPercent(sent)} sent`);
  facts.push(formatDuration(transfer.elapsedMs));
  if (queued > 0) facts.push(`${queued} more queued`);
  const [first = '', ...rest] = facts;
  const size = { width: options.columns, sent };
  const strip = groupStrip(transfer.lossMap, transfer.permanent.length, size, options);
  return [
    drawLine([{ text: first, style: 'bold' }, { text: ` · ${rest.join(' · ')}` }], options),
    drawLine(strip, options),
    drawLine([{ text: groupLegend(options), style: 'dim' }], options),
  ];
}

function scorecardLines(transfer: TransferView, maxLines: number, options: DisplayOptions): string[] {
  const current = transfer.permanent.filter((member) => member.current).length;
  const title = drawLine(
    [
      { text: 'Scorecard', style: 'bold' },
      { text: `  permanent group ${transfer.permanent.length} · current group ${current}`, style: 'dim' },
    ],
    options,
  );
  return [title, ...scorecardTable(transfer, maxLines - 1, options)];
}

function roundLines({ rounds }: TransferView, options: DisplayOptions): string[] {
  if (rounds.length === 0) return [];
  const shown = rounds.slice(-MAX_ROUNDS);
  const earlier = rounds.length - shown.length;
  const note = earlier > 0 ? `  and ${earlier} before` : '';
  const title = drawLine(
    [
      { text: 'Rounds', style: 'bold' },
      { text: note, style: 'dim' },
    ],
    options,
  );
  return [title, ...shown.map((round) => roundLine(round, options))];
}

function roundLine(round: RoundView, options: DisplayOptions): string {
  const running = round.state !== 'done';
  const spans: Span[] = [
    { text: fitTo(roundInWords(round), 11), style: running ? 'accent' : 'plain' },
    { text: fitTo(modeInWords(round.mode), 11) },
    { text: fitTo(formatBytes(round.bytes), 9, 'right') },
    { text: `  ${fitTo(countOf(round.students.length, 'student'), 12)}` },
    ...progressBar(round.progress, options.columns < 72 ? 6 : 16, options),
    { text: fitTo(durationOf(round), 9, 'right') },
  ];
  if (round.why !== '') spans.push({ text: `  ${plainText(round.why, 200)}`, style: 'dim' });
  return drawLine(spans, options);
}

function durationOf(round: RoundView): string {
  if (round.state === 'announced') return 'announced';
  return formatDuration(round.durationMs);
}

function closingLines(transfer: TransferView, options: DisplayOptions): string[] {
  if (transfer.phase !== 'finished' && transfer.phase !== 'failed') return [];
  const everybody = transfer.permanent.length > 0 && transfer.permanent.every((member) => member.state === 'complete');
  const style: Style = everybody ? 'good' : 'warning';
  // Wrapped, because this is the one line that must not be cut.
  const lines = wrapTo(closingSentence(transfer), options.columns);
  return ['', ...lines.map((text) => drawLine([{ text, style }], options))];
}
