import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { displayOptions, type SnapshotView, TerminalDisplay } from './terminal-display';

class FakeTerminal extends EventEmitter {
  written: string[] = [];
  constructor(
    readonly isTTY: boolean,
    public columns = 40,
    public rows = 10,
  ) {
    super();
  }
  write(text: string): void {
    this.written.push(text);
  }
}

const view: SnapshotView<string> = {
  render: (snapshot) => snapshot.split(','),
  changes: (before, after) => (before === after ? [] : [after]),
};
const environment = { LANG: 'en_GB.UTF-8', TERM: 'xterm' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('TerminalDisplay on a terminal', () => {
  it('paints in place, the latest snapshot ten times a second', () => {
    const terminal = new FakeTerminal(true);
    const display = new TerminalDisplay(view, terminal, environment);
    display.show('a,b');
    display.show('c');
    display.show('d');
    expect(terminal.written).toEqual(['\x1b[?25l', '\ra\x1b[K\nb\x1b[K\n\x1b[J']);
    vi.advanceTimersByTime(100);
    expect(terminal.written.slice(2)).toEqual(['\r\x1b[2Ad\x1b[K\n\x1b[J']);
    display.close();
  });

  it('goes back over the lines that a narrower terminal has wrapped', () => {
    const terminal = new FakeTerminal(true);
    const display = new TerminalDisplay(view, terminal, environment);
    display.show('x'.repeat(30));
    terminal.columns = 10;
    terminal.emit('resize');
    expect(terminal.written.at(-1)).toContain('\x1b[3A');
    display.close();
  });

  it('never paints more lines than the screen has', () => {
    const terminal = new FakeTerminal(true, 40, 3);
    const display = new TerminalDisplay(view, terminal, environment);
    display.show('a,b,c,d');
    expect(terminal.written.at(-1)).toBe('\ra\x1b[K\nb\x1b[K\n\x1b[J');
    display.close();
  });

  it('shows the last snapshot and gives the cursor back at the end, and also when the process exits', () => {
    const terminal = new FakeTerminal(true);
    const before = process.listenerCount('exit');
    const display = new TerminalDisplay(view, terminal, environment);
    expect(process.listenerCount('exit')).toBe(before + 1);
    display.show('a');
    display.show('b');
    display.close();
    display.show('c');
    vi.advanceTimersByTime(1000);
    expect(terminal.written.slice(-2)).toEqual(['\r\x1b[1Ab\x1b[K\n\x1b[J', '\x1b[?25h']);
    expect(process.listenerCount('exit')).toBe(before);
    expect(terminal.listenerCount('resize')).toBe(0);
  });
});

describe('TerminalDisplay on a pipe or a dumb terminal', () => {
  it.each([
    [new FakeTerminal(false), environment],
    [new FakeTerminal(true), { ...environment, TERM: 'dumb' }],
  ])('prints each change as a plain line %#', (terminal, env) => {
    const display = new TerminalDisplay(view, terminal, env);
    display.show('a');
    display.show('a');
    display.show('b');
    display.close();
    expect(terminal.written).toEqual(['a\n', 'b\n']);
  });
});

describe('displayOptions', () => {
  it('takes colour from the terminal, and NO_COLOR before all', () => {
    expect(displayOptions(new FakeTerminal(true), environment)).toEqual({
      columns: 39,
      rows: 10,
      colour: true,
      unicode: true,
    });
    expect(displayOptions(new FakeTerminal(true), { ...environment, NO_COLOR: '1' }).colour).toBe(false);
    expect(displayOptions(new FakeTerminal(false), environment).colour).toBe(false);
  });

  it.runIf(process.platform === 'linux')('is ASCII in a locale that is not UTF-8', () => {
    expect(displayOptions(new FakeTerminal(true), { LANG: 'C' }).unicode).toBe(false);
    expect(displayOptions(new FakeTerminal(true), { LANG: 'C', LC_ALL: 'C.UTF-8' }).unicode).toBe(true);
  });
});
