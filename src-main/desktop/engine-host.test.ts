import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../src-shared/ipc/contract';
import type { IncomingState, IncomingView, StudentSnapshot } from '../../src-shared/ipc/snapshots';
import type { CommandAnswer, CommandArgument, Engine, EngineCommand, EngineListener, EngineStart } from './engine';
import { EngineHost } from './engine-host';

const START = { role: 'student', options: {} } as EngineStart;

class FakeEngine implements Engine {
  closed = false;

  constructor(readonly listener: EngineListener) {}

  async command<N extends EngineCommand>(name: N, _argument: CommandArgument<N>): Promise<CommandAnswer<N>> {
    return name as unknown as CommandAnswer<N>;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  show(...states: IncomingState[]): void {
    const transfers = states.map((state): Partial<IncomingView> => ({ id: 'ab', state }));
    const snapshot = { connection: 'connected', transfers } as unknown as StudentSnapshot;
    this.listener.onPicture({ kind: 'picture', picture: { role: 'student', snapshot } });
  }
}

function hosting(prepare: () => Promise<EngineStart | null> = async () => START) {
  const engines: FakeEngine[] = [];
  const statuses: EngineStatus['state'][] = [];
  const host = new EngineHost({
    prepare,
    start: (_start, listener) => {
      const engine = new FakeEngine(listener);
      engines.push(engine);
      return engine;
    },
    onStatus: ({ state }) => statuses.push(state),
    onPicture: () => {},
    onProblem: () => {},
  });
  return { host, engines, statuses, last: () => engines.at(-1) };
}

describe('the engine’s host', () => {
  it('closes the engine before it starts the next, however fast it is asked', async () => {
    const { host, engines } = hosting();
    await Promise.all([host.restart(), host.restart(), host.restart()]);
    expect(engines.map(({ closed }) => closed)).toEqual([true, true, false]);
  });

  it('has no engine without a role, and says so to who asks', async () => {
    const { host, engines, statuses } = hosting(async () => null);
    await host.restart();
    expect(engines).toEqual([]);
    expect(statuses).toEqual(['starting', 'stopped']);
    await expect(host.command('wake', undefined)).rejects.toThrow(/not ready/);
  });

  it('shows why an engine cannot start, and can be started again', async () => {
    let broken = true;
    const { host, engines } = hosting(async () => {
      if (broken) throw new Error('The identity is damaged.');
      return START;
    });
    await host.restart();
    expect(host.status).toEqual({ state: 'failed', message: 'The identity is damaged.' });
    broken = false;
    await host.restart();
    expect(engines).toHaveLength(1);
  });

  it('keeps the whole picture while changes come', async () => {
    const { host, last } = hosting();
    await host.restart();
    const change = { role: 'student', patch: { set: { folder: '/music' } } } as const;
    last()?.listener.onPicture({ kind: 'change', change });
    expect(host.picture).toBeUndefined();
    last()?.show();
    last()?.listener.onPicture({ kind: 'change', change });
    expect(host.picture?.snapshot).toMatchObject({ connection: 'connected', folder: '/music' });
  });

  it('has the next engine answer what is asked during a new start', async () => {
    const next = new EventEmitter();
    const { host, engines } = hosting(async () => {
      if (engines.length > 0) await once(next, 'prepared');
      return START;
    });
    await host.restart();
    const restarted = host.restart();
    await expect.poll(() => engines[0]?.closed).toBe(true);
    const answer = host.command('history', undefined);
    next.emit('prepared');
    await expect(answer).resolves.toBe('history');
    expect(engines.map(({ closed }) => closed)).toEqual([true, false]);
    await restarted;
  });

  it('waits with a new start until nothing arrives any more', async () => {
    const { host, engines, last } = hosting();
    await host.restart();
    last()?.show('receiving');
    host.restartWhenIdle();
    last()?.show('storing');
    expect(engines).toHaveLength(1);
    last()?.show('complete');
    await expect.poll(() => engines.length).toBe(2);
    last()?.show('complete');
    await host.close();
    expect(engines).toHaveLength(2);
  });

  it('starts nothing after its end', async () => {
    const { host, engines } = hosting();
    await host.close();
    await host.restart();
    expect(engines).toEqual([]);
  });
});
