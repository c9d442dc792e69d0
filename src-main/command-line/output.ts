import { type SnapshotView, TerminalDisplay } from '../terminal/terminal-display';

/** Where a command tells what happens. */
export interface Output<Event> {
  event(event: Event): void;
  /** Draws the present state, where this output draws. */
  refresh(): void;
  /** Ends the display; nothing is drawn after it. */
  close(): void;
}

const REFRESH_MS = 150;

/** `--json`: one object a line, with the time. Elsewhere than on standard output where that is for something else. */
export function jsonOutput<Event extends object>(stream: NodeJS.WriteStream = process.stdout): Output<Event> {
  return {
    event: (event) => stream.write(`${JSON.stringify({ ...event, at: Date.now() })}\n`),
    refresh: () => {},
    close: () => {},
  };
}

/** For people: a display in place on a terminal, plain lines on a pipe. */
export function displayOutput<Event, Snapshot>(
  view: SnapshotView<Snapshot>,
  snapshot: () => Snapshot | undefined,
  stream: NodeJS.WriteStream = process.stdout,
): Output<Event> {
  const display = new TerminalDisplay(view, stream);
  const refresh = () => {
    const latest = snapshot();
    if (latest !== undefined) display.show(latest);
  };
  const timer = setInterval(refresh, REFRESH_MS);
  return {
    event: refresh,
    refresh,
    close: () => {
      clearInterval(timer);
      refresh();
      display.close();
    },
  };
}

/** Calls back on Ctrl-C or a polite kill; a second Ctrl-C ends the process at once. */
export function onInterrupt(callback: () => void): void {
  let interrupted = false;
  const handle = () => {
    if (interrupted) process.exit(1);
    interrupted = true;
    callback();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
}
