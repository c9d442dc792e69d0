import type { ChannelsView } from '../../src-shared/ipc/channel-views';
import type { DeviceFetchView, DevicesView } from '../../src-shared/ipc/device-views';
import type { NodeSnapshot, RoomSnapshot } from '../../src-shared/ipc/snapshots';
import { type DisplayOptions, widthOf } from './cell-text';
import { devicesChanges, fetchChanges } from './device-lines';
import { studentChanges, teacherChanges } from './plain-lines';
import { channelChanges, renderChannels } from './render-channels';
import { renderDevices, renderFetch } from './render-devices';
import { renderStudent } from './render-student';
import { renderTeacher } from './render-teacher';

/** How snapshots of one kind are shown. */
export interface SnapshotView<Snapshot> {
  /** The whole display, on a terminal. */
  render(snapshot: Snapshot, options: DisplayOptions): string[];
  /** The lines that tell what changed, on a pipe. */
  changes(before: Snapshot | undefined, after: Snapshot): string[];
}

export const teacherView: SnapshotView<RoomSnapshot> = { render: renderTeacher, changes: teacherChanges };
export const studentView: SnapshotView<NodeSnapshot> = { render: renderStudent, changes: studentChanges };
export const devicesView: SnapshotView<DevicesView> = { render: renderDevices, changes: devicesChanges };
export const fetchView: SnapshotView<DeviceFetchView> = { render: renderFetch, changes: fetchChanges };
export const channelsView: SnapshotView<ChannelsView> = { render: renderChannels, changes: channelChanges };

/** The part of `process.stdout` that a display needs. */
export interface TerminalOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

const REPAINT_MS = 100;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_LINE_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const COLOURS = /\x1b\[[0-9;]*m/g;

/**
 * Shows snapshots as they come: on a terminal one display, repainted in place at most ten times a second; on a pipe a
 * plain line for each change of state.
 */
export class TerminalDisplay<Snapshot> {
  private readonly inPlace: boolean;
  private latest: Snapshot | undefined;
  private timer: NodeJS.Timeout | undefined;
  private paintedAt = Number.NEGATIVE_INFINITY;
  private painted: string[] = [];
  private closed = false;

  constructor(
    private readonly view: SnapshotView<Snapshot>,
    private readonly output: TerminalOutput = process.stdout,
    private readonly environment: Environment = process.env,
  ) {
    this.inPlace = output.isTTY === true && environment.TERM !== 'dumb';
    if (!this.inPlace) return;
    output.on('resize', this.repaint);
    process.on('exit', this.restoreCursor);
    output.write(HIDE_CURSOR);
  }

  /** Shows this snapshot, or a later one that comes before the next repaint is due. */
  show(snapshot: Snapshot): void {
    if (this.closed) return;
    const before = this.latest;
    this.latest = snapshot;
    if (!this.inPlace) {
      for (const line of this.view.changes(before, snapshot)) this.output.write(`${line}\n`);
      return;
    }
    const due = this.paintedAt + REPAINT_MS - performance.now();
    if (due <= 0) this.repaint();
    else this.timer ??= setTimeout(this.repaint, due);
  }

  /** Paints the last snapshot, leaves it on the screen and gives the cursor back. */
  close(): void {
    if (this.closed) return;
    if (this.inPlace) {
      this.repaint();
      this.restoreCursor();
      this.output.off('resize', this.repaint);
      process.off('exit', this.restoreCursor);
    }
    this.closed = true;
  }

  private readonly restoreCursor = (): void => {
    this.output.write(SHOW_CURSOR);
  };

  private readonly repaint = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.paintedAt = performance.now();
    if (this.latest === undefined) return;
    const options = displayOptions(this.output, this.environment);
    // One line of the screen stays free for the cursor: a full screen would scroll at every repaint.
    const lines = this.view.render(this.latest, options).slice(0, Math.max(1, (options.rows ?? 24) - 1));
    const body = lines.map((line) => `${line}${CLEAR_LINE_END}\n`).join('');
    // One write, over the old lines: clearing the screen first is what flickers.
    this.output.write(`${this.toFirstLine(options.columns + 1)}${body}${CLEAR_BELOW}`);
    this.painted = lines;
  };

  /** A terminal that has become narrower has wrapped what was painted before. */
  private toFirstLine(columns: number): string {
    const rows = this.painted.reduce((sum, line) => sum + rowsOf(line, columns), 0);
    return rows === 0 ? '\r' : `\r\x1b[${rows}A`;
  }
}

/** What the terminal can show, by its size and the environment (https://no-color.org, the locale). */
export function displayOptions(output: TerminalOutput, environment: Environment): DisplayOptions {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return {
    // The last cell stays free: a terminal about to wrap erases it with the rest of the line.
    columns: (output.columns || 80) - 1,
    rows: output.rows || 24,
    colour: output.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb',
    unicode: /utf-?8/i.test(locale) || process.platform !== 'linux',
  };
}

function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(widthOf(line.replace(COLOURS, '')) / columns));
}
