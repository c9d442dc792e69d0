import type {
  DeviceClientState,
  DeviceClientView,
  DeviceFetchView,
  DeviceRefusalView,
  DeviceSessionView,
  DevicesView,
} from '../../src-shared/ipc/device-views';
import { countOf, formatBytes, formatPercent, formatRate } from '../../src-shared/text/format';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { plainText } from '../../src-shared/text/plain-text';
import { type DisplayOptions, drawLine, fitTo, type Style } from './cell-text';
import { progressBar } from './strips';

const BAR_CELLS = 24;
const FILE_CHARS = 80;
const WHY_CHARS = 200;
const ADDRESS_CELLS = 24;
/** Sessions that are drawn: those that run come first. */
const MAX_SESSIONS = 6;

const SIGNS: Record<DeviceClientState, { readonly sign: string; readonly style: Style }> = {
  waiting: { sign: '○', style: 'dim' },
  receiving: { sign: '●', style: 'accent' },
  complete: { sign: '✓', style: 'good' },
  failed: { sign: '✗', style: 'bad' },
};

/** The display of `tutti tftp serve`: where it is, each session with its devices, and why it is sent as it is. */
export function renderDevices(view: DevicesView, options: DisplayOptions): string[] {
  const { sessions, refusals = [] } = view;
  const isQuiet = sessions.length === 0 && refusals.length === 0;
  return [
    drawLine([{ text: servingInWords(view), style: 'bold' }], options),
    ...(isQuiet ? [drawLine([{ text: 'No device has asked yet.', style: 'dim' }], options)] : []),
    ...refusals.map((refusal) => drawLine([{ text: refusalInWords(refusal), style: 'warning' }], options)),
    ...sessions.slice(0, MAX_SESSIONS).flatMap((session) => ['', ...sessionLines(session, options)]),
  ];
}

/** One sentence, also for plain output. */
export function servingInWords({ folder, address, port }: DevicesView): string {
  const place = address === null || port === null ? 'nowhere yet' : hostAndPort(address, port);
  return `Devices can read ${plainText(folder ?? '', 400)} by TFTP at ${place}.`;
}

/** Who got nothing, and why: also for plain output. */
export function refusalInWords({ address, file, why }: DeviceRefusalView): string {
  return `${address} did not get ${plainText(file, FILE_CHARS)}: ${plainText(why, WHY_CHARS)}.`;
}

/** What is sent, to whom, and in which pieces: also for plain output. */
export function sessionInWords({ file, bytes, group, flow }: DeviceSessionView): string {
  const way = group === null ? 'to one device' : `by multicast to ${group}`;
  const blocks = `blocks of ${countOf(flow.blockBytes, 'byte')}, ${flow.windowBlocks} at a time, ${flow.timeoutSeconds} s timeout`;
  return `${plainText(file, FILE_CHARS)}, ${formatBytes(bytes)}, ${way}, in ${blocks}`;
}

function sessionLines(session: DeviceSessionView, options: DisplayOptions): string[] {
  const { flow } = session;
  const facts = [session.state, ...(session.state === 'sending' ? [formatRate(session.rate)] : [])];
  if (flow.blocksPerSecond !== null) facts.push(`at most ${Math.round(flow.blocksPerSecond)} blocks a second`);
  if (session.resentBlocks > 0) facts.push(`${countOf(session.resentBlocks, 'block')} sent again`);
  return [
    drawLine([{ text: sessionInWords(session) }], options),
    drawLine([{ text: plainText(flow.why, WHY_CHARS), style: 'dim' }], options),
    drawLine(
      [
        ...progressBar(session.progress, BAR_CELLS, options),
        { text: `  ${formatPercent(session.progress)} · ${facts.join(' · ')}`, style: styleOf(session) },
      ],
      options,
    ),
    ...session.clients.map((client) => clientLine(client, options)),
  ];
}

function clientLine(client: DeviceClientView, options: DisplayOptions): string {
  const { sign, style } = SIGNS[client.state];
  const why = client.why === undefined ? '' : `: ${plainText(client.why, WHY_CHARS)}`;
  return drawLine(
    [
      { text: `  ${sign} `, style },
      { text: fitTo(client.address, ADDRESS_CELLS) },
      { text: `${fitTo(client.role, 8)} ${formatPercent(client.progress).padStart(6)}  ` },
      { text: `${client.state}${why}`, style },
    ],
    options,
  );
}

/** The display of `tutti tftp get`. */
export function renderFetch(view: DeviceFetchView, options: DisplayOptions): string[] {
  const share = view.bytes === null ? 0 : view.bytes === 0 ? 1 : view.receivedBytes / view.bytes;
  const facts = [fetchInWords(view), formatBytes(view.receivedBytes)];
  if (view.state === 'receiving' && view.elapsedMs > 0)
    facts.push(formatRate((1000 * view.receivedBytes) / view.elapsedMs));
  const style: Style = view.state === 'failed' ? 'bad' : view.state === 'complete' ? 'good' : 'plain';
  return [
    drawLine([{ text: `${plainText(view.file, FILE_CHARS)} from ${view.server}`, style: 'bold' }], options),
    drawLine(
      [
        ...progressBar(share, BAR_CELLS, options),
        { text: `  ${formatPercent(share)} · ` },
        { text: facts.join(' · '), style },
      ],
      options,
    ),
  ];
}

/** How a fetch stands, also for plain output. */
export function fetchInWords(view: DeviceFetchView): string {
  switch (view.state) {
    case 'asking':
      return `asking ${view.server}`;
    case 'receiving':
      return view.group === null ? 'receiving' : `receiving by multicast from ${view.group}, ${view.role}`;
    case 'complete':
      return `complete: ${plainText(view.path ?? '', 400)}`;
    case 'failed':
      return `failed: ${plainText(view.failure ?? '', WHY_CHARS)}`;
  }
}

function styleOf({ state }: DeviceSessionView): Style {
  if (state === 'done') return 'good';
  return state === 'failed' ? 'bad' : 'plain';
}
