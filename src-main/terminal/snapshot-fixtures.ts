import {
  type IncomingView,
  LOSS_MAP_CELLS,
  type MemberView,
  type NodeSnapshot,
  type RoomSnapshot,
  type RoundView,
  type TransferView,
} from '../../src-shared/ipc/snapshots';

/** Snapshots for the displays' tests. */

const FINGERPRINT = '3f2a91bc77de0a1c'.repeat(4);

export function member(name: string, part: Partial<MemberView> = {}): MemberView {
  return {
    id: name,
    name,
    ip: '10.0.0.2',
    state: 'complete',
    current: false,
    missingBytes: 0,
    progress: 1,
    rate: 0,
    loss: 0,
    lossMap: new Uint8Array(LOSS_MAP_CELLS),
    ...part,
  };
}

export function round(transmission: number, part: Partial<RoundView> = {}): RoundView {
  return {
    transmission,
    mode: 'plain',
    why: '',
    bytes: transmission === 0 ? 60_100_000 : 3_200_000,
    students: ['Anna', 'Ben', 'Chloé'],
    state: 'done',
    progress: 1,
    durationMs: 3100,
    ...part,
  };
}

export function transfer(part: Partial<TransferView> = {}): TransferView {
  return {
    id: '0123456789abcdef',
    createdAt: 0,
    audience: 'everyone',
    start: { when: 'now' },
    files: Array.from({ length: 12 }, (_, i) => ({ path: `Song ${i}.flac`, size: 5_000_000, start: i * 5_000_000 })),
    covers: [],
    totalBytes: 60_100_000,
    contentBytes: 60_000_000,
    phase: 'transmitting',
    paused: false,
    rate: 11_200_000,
    rounds: [round(0, { state: 'running', progress: 0.43, durationMs: 2100 })],
    permanent: [member('Anna'), member('Ben'), member('Chloé')],
    lossMap: new Uint16Array(LOSS_MAP_CELLS),
    sentBytes: 60_100_000,
    resentBytes: 0,
    filledBytes: 0,
    elapsedMs: 2100,
    ...part,
  };
}

export function teacher(transfers: readonly TransferView[]): RoomSnapshot {
  const room = {
    name: 'Studio A',
    address: '127.0.0.1',
    port: 41234,
    fingerprint: FINGERPRINT,
    group: '239.255.42.1',
    groupPort: 47000,
    dataPath: 'dgram' as const,
    code: null,
  };
  const students = (transfers[0]?.permanent ?? []).map(({ id, name, ip }) => ({ id, name, ip, connected: true }));
  return { room, students, strangers: [], groups: [], doctor: null, transfers };
}

export function student(incoming: Partial<IncomingView> = {}): NodeSnapshot {
  return {
    connection: 'connected',
    room: {
      name: 'Studio A',
      address: '127.0.0.1',
      port: 41234,
      fingerprint: FINGERPRINT,
      paired: true,
      stranger: false,
    },
    found: [],
    known: [],
    folder: '/home/anna/Music',
    transfers: [
      {
        id: '0123456789abcdef',
        from: 'Studio A',
        at: 0,
        files: [{ path: 'Song.flac', size: 5_000_000, start: 0 }],
        covers: [],
        totalBytes: 5_000_000,
        missingBytes: 1_000_000,
        state: 'receiving',
        transmission: 0,
        rate: 11_200_000,
        lossMap: new Uint8Array(LOSS_MAP_CELLS),
        received: [],
        ...incoming,
      },
    ],
  };
}

/** Three students in the second round. */
export function repairing(): TransferView {
  const lossy = Uint8Array.from({ length: LOSS_MAP_CELLS }, (_, i) => (i % 7 === 0 ? 30 : 0));
  const burst = Uint8Array.from({ length: LOSS_MAP_CELLS }, (_, i) => (i > 200 && i < 260 ? 220 : 0));
  return transfer({
    rounds: [round(0), round(1, { state: 'running', progress: 0.4, why: 'the union of what three students miss' })],
    permanent: [
      member('Anna', {
        state: 'repairing',
        current: true,
        missingBytes: 1_300_000,
        progress: 0.978,
        rate: 11.2e6,
        loss: 0.021,
        lossMap: lossy,
      }),
      member('Ben', {
        state: 'filling',
        current: true,
        why: 'no multicast path',
        missingBytes: 9_000_000,
        progress: 0.85,
        rate: 4e6,
        lossMap: burst,
      }),
      member('Chloé'),
    ],
    lossMap: Uint16Array.from(
      { length: LOSS_MAP_CELLS },
      (_, i) => (i % 7 === 0 ? 1 : 0) + (i > 200 && i < 260 ? 1 : 0),
    ),
  });
}

/** Thirty students, most of them complete. */
export function thirty(): TransferView {
  const permanent = Array.from({ length: 30 }, (_, i) => {
    if (i === 4) return member('Eve', { state: 'failed', why: 'The disk is full', progress: 0.4, missingBytes: 36e6 });
    if (i === 11) return member('Leo', { state: 'away', progress: 0.7, missingBytes: 18e6 });
    if (i % 5 === 0)
      return member(`Student ${i}`, { state: 'repairing', current: true, missingBytes: 5000, progress: 0.9999 });
    return member(`Student ${i}`);
  });
  return transfer({ permanent, rounds: [round(0), round(1), round(2, { state: 'running', progress: 0.9 })] });
}
