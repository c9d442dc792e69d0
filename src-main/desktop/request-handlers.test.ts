import { describe, expect, it, vi } from 'vitest';
import { requestSchemas } from '../../src-shared/ipc/contract';
import { answer, type Handlers } from './request-handlers';

function handlers(changes: Partial<Handlers> = {}): Handlers {
  const nothing = Object.fromEntries(Object.keys(requestSchemas).map((name) => [name, () => undefined]));
  return { ...nothing, ...changes } as Handlers;
}

const toAll = { paths: ['/music/a.wav'], audience: 'everyone', start: { when: 'now' } };

describe('a request', () => {
  it('reaches its handler with the parsed argument', async () => {
    const send = vi.fn(async () => ({ transfer: 'ab12' }));
    const outcome = await answer(handlers({ send }), 'send', { ...toAll, extra: 1 });
    expect(outcome).toEqual({ ok: true, value: { transfer: 'ab12' } });
    expect(send).toHaveBeenCalledWith(toAll);
  });

  it.each([
    ['toString', undefined],
    ['__proto__', undefined],
    [42, undefined],
    ['send', { ...toAll, paths: [] }],
    ['send', { ...toAll, paths: '/music' }],
    ['send', { ...toAll, audience: { students: [] } }],
    ['send', { ...toAll, start: { when: 'later' } }],
    ['pause', { transfer: '../../etc' }],
    ['forget', { fingerprint: 'ab' }],
    ['pair', { code: '1234567', room: { fingerprint: 'ab'.repeat(32) } }],
    ['open', { transfer: 'ab', file: -1 }],
    ['prefer', { rateMbit: 0 }],
    ['attach', { surprise: true }],
    ['introduce', { role: 'admin', name: 'Ana' }],
    ['introduce', { role: 'student', name: ' \u202e ' }],
  ])('named %s with %j is refused', async (name, argument) => {
    expect(await answer(handlers(), name, argument)).toMatchObject({ ok: false });
  });

  it('that fails becomes its sentence', async () => {
    const send = async () => {
      throw new Error('The file is gone.');
    };
    expect(await answer(handlers({ send }), 'send', toAll)).toEqual({
      ok: false,
      message: 'The file is gone.',
    });
  });
});
