import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../src-shared/wire/messages';
import type { ReceiverView } from '../multicast/receiver-io';
import { TransferLayout } from '../multicast/transfer-layout';
import { fixedView, RunningView } from './incoming-view';
import { ManualClock } from './manual-clock';

const BOMB = Buffer.from('89504e470d0a1a0a0000000d49484452000186a0000186a00806000000', 'hex').toString('base64');
const ID = '0123456789abcdef';
const layout = new TransferLayout(100_000, 1448);

function offered(manifest: Partial<Manifest> = {}) {
  const files = [{ path: ['a.wav'], size: 100_000, modified: 0 }];
  return fixedView({ id: ID, from: 'Brass', at: 5 }, { files, covers: [], ...manifest }, layout);
}

function receiver(changes: Partial<ReceiverView>): ReceiverView {
  const drops = {} as ReceiverView['drops'];
  return {
    transfer: ID,
    phase: 'receiving',
    transmission: 0,
    missing: [],
    missingBytes: 0,
    paused: false,
    drops,
    ...changes,
  };
}

describe('what a window shows of a transfer', () => {
  it('is inert: no cover that would take all memory, no name that steers a line', () => {
    const track = { title: 'Bomb', cover: 0 };
    const view = offered({
      files: [{ path: ['a\u202eb\u001b[2J', 'c.wav'], size: 100_000, modified: 0, track }],
      covers: [{ mime: 'image/png', data: BOMB }],
    });
    expect(view.covers).toEqual([]);
    expect(view.files).toEqual([{ path: 'ab [2J/c.wav', size: 100_000, start: 0, track: { title: 'Bomb' } }]);
  });

  it('has its state and speed from the receiver, and what was missing last once that has another transfer', () => {
    const clock = new ManualClock();
    const running = new RunningView(offered(), clock);
    expect(running.of(receiver({ transfer: undefined }), true).missingBytes).toBe(layout.totalBytes);
    clock.advance(1000);
    const half = receiver({
      transmission: 1,
      missing: [[50_000, layout.totalBytes]],
      missingBytes: layout.totalBytes - 50_000,
    });
    expect(running.of(half, true)).toMatchObject({ id: ID, at: 5, state: 'repairing', rate: 50_000 });
    expect(running.of(half, false)).toMatchObject({ state: 'interrupted', rate: 0 });
    const other = running.of(receiver({ transfer: 'ffffffffffffffff', phase: 'storing' }), true);
    expect(other).toMatchObject({ missingBytes: layout.totalBytes - 50_000, received: [] });
    expect(running.leftover.missing).toEqual([[50_000, layout.totalBytes]]);
    expect([other.lossMap[0], other.lossMap[511]]).toEqual([0, 255]);
  });
});
