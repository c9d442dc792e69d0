import { describe, expect, it } from 'vitest';
import { LOSS_MAP_CELLS, type NodeSnapshot, type RoomSnapshot } from '../../src-shared/ipc/snapshots';
import { type DisplayOptions, widthOf } from './cell-text';
import { renderStudent } from './render-student';
import { renderTeacher } from './render-teacher';
import { member, repairing, round, student, teacher, thirty, transfer } from './snapshot-fixtures';
import { groupStrip, memberStrip } from './strips';

const wide: DisplayOptions = { columns: 110, colour: false, unicode: true };
const narrow: DisplayOptions = { ...wide, columns: 60 };

const text = (snapshot: RoomSnapshot, options = wide) => renderTeacher(snapshot, options).join('\n');
const studentText = (snapshot: NodeSnapshot) => renderStudent(snapshot, wide).join('\n');
const lineOf = (name: string, snapshot: RoomSnapshot, options = wide) =>
  renderTeacher(snapshot, options).find((line) => line.includes(name)) ?? '';

describe('renderTeacher', () => {
  it('shows how to join while nobody is there, the fingerprint whole', () => {
    const shown = text(teacher([]), narrow).replaceAll('\n', '');
    expect(shown).toContain('Nobody is here yet.');
    expect(shown).toContain('3f2a91bc77de0a1c'.repeat(4));
  });

  it('shows the code, in the head and in the command, and no student who is away', () => {
    const empty = teacher([]);
    const room = empty.room === null ? null : { ...empty.room, code: '01234567' };
    const away = { id: 'a', name: 'Anna', ip: null, connected: false };
    const shown = text({ ...empty, room, students: [away] });
    expect(shown).toContain('code 0123 4567  fingerprint');
    expect(shown).toContain('--connect 127.0.0.1:41234 --code 01234567');
    expect(shown).toContain('Nobody is here yet.');
    expect(shown).not.toContain('--pin');
  });

  it('shows one student receiving the first pass', () => {
    const anna = member('Anna', { state: 'receiving', current: true, progress: 0.43, rate: 11.2e6, loss: 0.021 });
    const shown = text(teacher([transfer({ permanent: [anna], sentBytes: 26e6 })]));
    expect(shown).toContain('Studio A  127.0.0.1:41234');
    expect(shown).toContain('fingerprint 3f2a 91bc 77de 0a1c');
    expect(shown).toContain('12 files, 60.0 MB · sending · 11.2 MB/s · 43 % sent');
    expect(shown).toContain('permanent group 1 · current group 1');
    expect(shown).toMatch(/● Anna +receiving +43 % +11.2 MB\/s +2.1 %/);
    expect(shown).toMatch(/First pass multicast +60.1 MB {2}3 students +━{6}─{10} +2.1 s/);
  });

  it('shows each student in words, with what it misses and where', () => {
    const snapshot = teacher([repairing()]);
    expect(lineOf('Anna', snapshot)).toMatch(/● Anna +repairing in round 1 +98 % .* 1.3 MB {2}[▁▂▃]+$/);
    expect(lineOf('Ben', snapshot)).toMatch(/by TCP: no multicast path +85 % .*▁+[▆▇█]+▁+$/);
    expect(lineOf('Chloé', snapshot)).toMatch(/✓ Chloé +complete +100 % +▁+$/);
    expect(text(snapshot)).toContain('the union of what three students miss');
  });

  it('keeps to 60 columns with the state and the strip still there', () => {
    const snapshot = teacher([repairing()]);
    expect(lineOf('Ben', snapshot, narrow)).toMatch(/by TCP: no multicast p.*85 % .*█/);
    expect(lineOf('Anna', snapshot, { ...narrow, unicode: false })).toMatch(/^\* Anna .* 98 % {2}[:_]+$/);
  });

  it('counts the students that the screen has no line for, after those who need the teacher', () => {
    const lines = renderTeacher(teacher([thirty()]), { ...wide, rows: 24 });
    expect(lines.length).toBeLessThan(24);
    const shown = lines.join('\n');
    expect(shown).toContain('✗ Eve         failed: The disk is full');
    expect(shown).toContain('○ Leo         away');
    expect(shown).toContain('and 22 more: 22 complete');
  });

  it('shows all thirty where nothing has to fit', () => {
    expect(text(teacher([thirty()]))).toContain('Student 29');
  });

  it('ends with the closing sentence, wrapped and not cut', () => {
    const failed = member('Ben', { state: 'failed', why: 'The disk of this computer is full', progress: 0.4 });
    const over = transfer({ phase: 'finished', permanent: [member('Anna'), failed], elapsedMs: 4100 });
    expect(text(teacher([over]), narrow).replaceAll('\n', ' ')).toContain(
      '1 of 2 has all 12 files. Ben failed: The disk of this computer is full. 4.1 s, nothing resent.',
    );
  });

  it('shows the last six rounds of many', () => {
    const rounds = Array.from({ length: 9 }, (_, i) => round(i));
    const shown = text(teacher([transfer({ rounds })]));
    expect(shown).toContain('and 3 before');
    expect(shown).not.toContain('First pass');
    expect(shown).toContain('Round 8');
  });

  it('is never wider than the terminal, nor steered by a name', () => {
    const hostile = member(`\x1b[2J\u202e${'陳'.repeat(500)}`, { state: 'failed', why: '\x07\r\n'.repeat(100) });
    const snapshot = teacher([{ ...repairing(), permanent: [hostile, ...repairing().permanent] }]);
    for (let columns = 20; columns <= 130; columns++) {
      for (const line of renderTeacher(snapshot, { ...wide, columns })) {
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
    }
  });
});

describe('renderStudent', () => {
  it('shows the room, what arrives and how far it is', () => {
    const shown = studentText(student());
    expect(shown).toContain('In the room Studio A (fingerprint 3f2a 91bc 77de 0a1c).');
    expect(shown).toContain('1 file, 5.0 MB, from Studio A');
    expect(shown).toContain('80 % · receiving · 11.2 MB/s · 1.0 MB missing');
  });

  it('shows a failure with its reason', () => {
    expect(studentText(student({ state: 'failed', failure: 'The disk is full' }))).toContain(
      'failed: The disk is full',
    );
  });

  it('shows that a room wants its code, and that receiving is switched off', () => {
    expect(studentText({ ...student(), connection: 'unpaired', transfers: [] })).toContain('Not paired yet (--code)');
    expect(studentText({ ...student(), connection: 'paused', transfers: [] })).toContain('switched off');
  });
});

describe('loss strips', () => {
  const strip = (map: Uint8Array, sent = 1) =>
    memberStrip(map, { width: 8, sent }, wide)
      .map((span) => span.text)
      .join('');

  it('draws a clean, an unsent, a lossy and a lost part', () => {
    expect(strip(new Uint8Array(LOSS_MAP_CELLS))).toBe('▁▁▁▁▁▁▁▁');
    expect(strip(new Uint8Array(LOSS_MAP_CELLS), 0.5)).toBe('▁▁▁▁····');
    expect(strip(new Uint8Array(LOSS_MAP_CELLS).fill(255))).toBe('████████');
    expect(strip(Uint8Array.from({ length: LOSS_MAP_CELLS }, (_, i) => (i === 100 ? 1 : 0)))).toBe('▁▂▁▁▁▁▁▁');
  });

  it('draws how many students of a group miss something', () => {
    const counts = Uint16Array.from({ length: LOSS_MAP_CELLS }, (_, i) => Math.floor(i / (LOSS_MAP_CELLS / 4)));
    const text = groupStrip(counts, 3, { width: 8, sent: 1 }, wide).map((span) => span.text);
    expect(text.join('')).toBe('▁▁▄▄▆▆██');
  });

  it('draws maps with fewer cells than columns', () => {
    expect(strip(Uint8Array.of(0, 255))).toBe('▁▁▁▁████');
  });
});
