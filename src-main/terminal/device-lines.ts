import type {
  DeviceClientView,
  DeviceFetchView,
  DeviceSessionView,
  DevicesView,
} from '../../src-shared/ipc/device-views';
import { capitalized, countOf } from '../../src-shared/text/format';
import { plainText } from '../../src-shared/text/plain-text';
import { fetchInWords, refusalInWords, servingInWords, sessionInWords } from './render-devices';

/** What a pipe or a log file gets of the TFTP commands: one plain line for each change of state, none for progress. */

const FILE_CHARS = 80;
const WHY_CHARS = 200;

/** The lines that lead from one picture of `tutti tftp serve` to the next. */
export function devicesChanges(before: DevicesView | undefined, after: DevicesView): string[] {
  const lines = before === undefined ? [servingInWords(after)] : [];
  for (const session of [...after.sessions].reverse()) {
    const earlier = before?.sessions.find(({ id }) => id === session.id);
    lines.push(...sessionChanges(earlier, session));
  }
  const known = before?.refusals ?? [];
  const { refusals = [] } = after;
  lines.push(
    ...refusals
      .filter((refusal) => !known.includes(refusal))
      .reverse()
      .map(refusalInWords),
  );
  return lines;
}

/** The lines that lead from one picture of `tutti tftp get` to the next. */
export function fetchChanges(before: DeviceFetchView | undefined, after: DeviceFetchView): string[] {
  const isSame = before?.state === after.state && before.role === after.role;
  return isSame ? [] : [`${capitalized(fetchInWords(after)).replace(/\.$/, '')}.`];
}

function sessionChanges(before: DeviceSessionView | undefined, after: DeviceSessionView): string[] {
  const lines = before === undefined ? [`${sessionInWords(after)} (${plainText(after.flow.why, WHY_CHARS)}).`] : [];
  for (const client of after.clients) {
    const earlier = before?.clients.find(({ address }) => address === client.address);
    lines.push(...clientChanges(earlier, client, after));
  }
  const isOver = after.state === 'done' || after.state === 'failed';
  if (isOver && before?.state !== after.state) lines.push(closingLine(after));
  return lines;
}

function clientChanges(
  before: DeviceClientView | undefined,
  after: DeviceClientView,
  { file }: DeviceSessionView,
): string[] {
  if (before?.state === after.state) return [];
  const name = plainText(file, FILE_CHARS);
  if (after.state === 'complete') return [`${after.address} has ${name}.`];
  if (after.state === 'failed')
    return [`${after.address} has not got ${name}: ${plainText(after.why ?? '', WHY_CHARS).replace(/\.$/, '')}.`];
  return before === undefined ? [`${after.address} asks for ${name}.`] : [];
}

function closingLine({ file, clients, sentBlocks, resentBlocks }: DeviceSessionView): string {
  const complete = clients.filter(({ state }) => state === 'complete').length;
  const share = `${complete} of ${countOf(clients.length, 'device')} ${complete === 1 ? 'has' : 'have'}`;
  const blocks = `${countOf(sentBlocks, 'block')} sent, ${resentBlocks} of them again`;
  return `${share} ${plainText(file, FILE_CHARS)}. ${blocks}.`;
}
