import type { IncomingView, NodeSnapshot } from '../../src-shared/ipc/snapshots';
import { countOf, formatBytes, formatPercent, formatRate, shortFingerprint } from '../../src-shared/text/format';
import { plainText } from '../../src-shared/text/plain-text';
import { incomingInWords } from '../../src-shared/text/sentences';
import { type DisplayOptions, drawLine, type Style } from './cell-text';
import { memberStrip, progressBar } from './strips';

const BAR_CELLS = 24;

/** The student's display: whose room, what arrives, and what is still missing of it. */
export function renderStudent(snapshot: NodeSnapshot, options: DisplayOptions): string[] {
  const [incoming] = snapshot.transfers;
  const lines = [
    drawLine([{ text: connectionInWords(snapshot) }], options),
    drawLine([{ text: `Files go to ${plainText(snapshot.folder, 400)}`, style: 'dim' }], options),
  ];
  return incoming === undefined ? lines : [...lines, '', ...incomingLines(incoming, options)];
}

/** How the student and its room stand: one sentence, also for plain output. */
export function connectionInWords({ connection, room, found }: NodeSnapshot): string {
  const name = room === null ? 'a room' : plainText(room.name, 40);
  const fingerprint = room === null ? '' : ` (fingerprint ${shortFingerprint(room.fingerprint)})`;
  switch (connection) {
    case 'searching':
      return found.length === 0 ? 'Looking for a room on the network.' : `Found ${countOf(found.length, 'room')}.`;
    case 'connecting':
      return `Connecting to ${name}.`;
    case 'unpaired':
      return `Not paired yet (--code): ${name}${fingerprint}.`;
    case 'paused':
      return 'Receiving is switched off.';
    case 'connected':
      return `In the room ${name}${fingerprint}.`;
  }
}

function incomingLines(incoming: IncomingView, options: DisplayOptions): string[] {
  const has = incoming.totalBytes > 0 ? 1 - incoming.missingBytes / incoming.totalBytes : 1;
  const facts = [incomingInWords(incoming)];
  const running = incoming.state === 'receiving' || incoming.state === 'repairing';
  if (running && incoming.rate > 0) facts.push(formatRate(incoming.rate));
  if (running && incoming.missingBytes > 0) {
    facts.push(`${formatBytes(incoming.missingBytes)} missing`);
  }
  const bytes = incoming.files.reduce((sum, file) => sum + file.size, 0);
  const what = `${countOf(incoming.files.length, 'file')}, ${formatBytes(bytes)}, from ${plainText(incoming.from, 40)}`;
  return [
    drawLine([{ text: what, style: 'bold' }], options),
    drawLine(
      [
        ...progressBar(has, BAR_CELLS, options),
        { text: `  ${formatPercent(has)} · ` },
        { text: facts.join(' · '), style: styleOf(incoming) },
      ],
      options,
    ),
    drawLine(memberStrip(incoming.lossMap, { width: options.columns, sent: 1 }, options), options),
  ];
}

function styleOf({ state }: IncomingView): Style {
  if (state === 'complete') return 'good';
  return state === 'failed' || state === 'interrupted' ? 'bad' : 'plain';
}
