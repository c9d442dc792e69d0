import { describe, expect, it } from 'vitest';
import type { MemberState } from '../ipc/events';
import type { MemberView, RoundView } from '../ipc/snapshots';
import { createTranslator } from './i18n';
import {
  closingSentence,
  contentInWords,
  incomingInWords,
  memberInWords,
  phaseInWords,
  roundInWords,
} from './sentences';

function member(name: string, state: MemberState, why?: string): MemberView {
  const numbers = { missingBytes: 0, progress: 1, rate: 0, loss: 0, lossMap: new Uint8Array(0) };
  return { id: name, name, ip: '10.0.0.2', state, current: false, ...numbers, ...(why === undefined ? {} : { why }) };
}

const rounds = (count: number): RoundView[] =>
  Array.from({ length: count }, (_, transmission) => ({
    ...{ transmission, mode: 'plain', why: '', bytes: 1, students: [], state: 'done', progress: 1, durationMs: 1 },
  }));

const files = (count: number) => Array.from({ length: count }, (_, i) => ({ path: `${i}`, size: 1, start: i }));

const finished = {
  files: files(12),
  permanent: [member('Anna', 'complete'), member('Ben', 'complete'), member('Chloé', 'complete')],
  rounds: rounds(3),
  totalBytes: 1000,
  resentBytes: 93,
  filledBytes: 0,
  elapsedMs: 4100,
};

describe('closingSentence', () => {
  it('says who has what, and what it took', () => {
    expect(closingSentence(finished)).toBe('3 of 3 have all 12 files. 4.1 s, 2 repair rounds, 9.3 % resent.');
  });

  it('says so when nothing was lost', () => {
    expect(closingSentence({ ...finished, files: files(1), rounds: rounds(1), resentBytes: 0 })).toBe(
      '3 of 3 have the file. 4.1 s, nothing resent.',
    );
  });

  it('names the failed and their reasons, three at most', () => {
    const failed = ['Ben', 'Eve', 'Leo', 'Kim', 'Joy'].map((name) => member(name, 'failed', 'The disk is full.'));
    expect(closingSentence({ ...finished, permanent: [member('Anna', 'complete'), ...failed] })).toBe(
      '1 of 6 has all 12 files. Ben failed: The disk is full. Eve failed: The disk is full. Leo failed: The disk is full. ' +
        'So did 2 more. 4.1 s, 2 repair rounds, 9.3 % resent.',
    );
  });

  it('mentions what went by TCP, and why the whole transfer stopped', () => {
    const stopped = {
      ...finished,
      files: files(2),
      filledBytes: 12_345,
      failure: 'a.wav changed while it was being sent',
    };
    expect(closingSentence(stopped)).toBe(
      'Stopped: a.wav changed while it was being sent. 3 of 3 have both files. ' +
        '4.1 s, 2 repair rounds, 9.3 % resent, 12.3 kB by TCP.',
    );
  });

  it('keeps hostile names and reasons on its one line', () => {
    const hostile = member('Mallory\n\x1b[2J', 'failed', 'x\u202e\n'.repeat(1000));
    const sentence = closingSentence({ ...finished, permanent: [hostile] });
    expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(sentence.length).toBeLessThan(350);
  });
});

describe('memberInWords', () => {
  it.each([
    [member('A', 'waiting'), 'waiting'],
    [{ ...member('A', 'waiting'), progress: 0.9, missingBytes: 3_100_000 }, '3.1 MB missing'],
    [member('A', 'receiving'), 'receiving'],
    [member('A', 'repairing'), 'repairing in round 2'],
    [member('A', 'filling', 'no multicast'), 'by TCP: no multicast'],
    [member('A', 'filling'), 'by TCP'],
    [member('A', 'failed', 'disk full'), 'failed: disk full'],
    [member('A', 'complete'), 'complete'],
  ])('%#', (view, words) => {
    expect(memberInWords(view, 2)).toBe(words);
  });
});

it('calls transmission 0 the first pass', () => {
  expect(rounds(2).map((round) => roundInWords(round))).toEqual(['First pass', 'Round 1']);
});

it('names the phase, the pause before all', () => {
  const transfer = { paused: false, rounds: rounds(3) };
  expect(phaseInWords({ ...transfer, phase: 'transmitting' })).toBe('sending round 2');
  expect(phaseInWords({ ...transfer, phase: 'transmitting', paused: true })).toBe('paused');
  expect(phaseInWords({ ...transfer, phase: 'failed', failure: 'no network' })).toBe('failed: no network');
});

it('says what a student is doing', () => {
  expect(incomingInWords({ state: 'repairing', transmission: 2, missingBytes: 5 })).toBe('repairing in round 2');
  expect(incomingInWords({ state: 'interrupted', transmission: 2, missingBytes: 3e6 })).toBe(
    'interrupted, 3.0 MB missing',
  );
});

describe('in German', () => {
  const german = createTranslator('de');

  it('sums a transfer up', () => {
    expect(closingSentence(finished, german)).toBe(
      '3 von 3 haben alle 12 Dateien. 4,1 s, 2 Reparaturrunden, 9,3 % erneut gesendet.',
    );
    const failed = ['Ben', 'Eve', 'Leo', 'Kim'].map((name) => member(name, 'failed', 'The disk is full.'));
    const stopped = { ...finished, files: files(2), permanent: [member('Anna', 'complete'), ...failed] };
    expect(closingSentence({ ...stopped, failure: 'no network', rounds: rounds(1), resentBytes: 0 }, german)).toBe(
      'Abgebrochen: no network. 1 von 5 hat beide Dateien. Bei Ben fehlgeschlagen: The disk is full. ' +
        'Bei Eve fehlgeschlagen: The disk is full. Bei Leo fehlgeschlagen: The disk is full. ' +
        'Ebenso bei 1 weiteren Person. 4,1 s, nichts erneut gesendet.',
    );
  });

  it('says where everybody stands', () => {
    expect(memberInWords(member('A', 'repairing'), 2, german)).toBe('wird repariert, Runde 2');
    expect(memberInWords({ ...member('A', 'waiting'), missingBytes: 3_140_000 }, 0, german)).toBe('3,1 MB fehlen');
    expect(incomingInWords({ state: 'failed', transmission: 0, missingBytes: 0, failure: 'disk full' }, german)).toBe(
      'fehlgeschlagen: disk full',
    );
    expect(memberInWords(member('A', 'failed', 'it was un-paired'), 0, german)).toBe(
      'fehlgeschlagen: die Kopplung wurde aufgehoben',
    );
    expect(contentInWords({ files: files(1), contentBytes: 999 }, german)).toBe('1 Datei, 999 Byte');
  });
});

it('takes nothing in a name for an instruction to the texts', () => {
  const hostile = member('{{count}} $t(common:app) {{- all}}', 'failed', '$t(common:close)');
  expect(closingSentence({ ...finished, permanent: [hostile] })).toContain(
    '{{count}} $t(common:app) {{- all}} failed: $t(common:close).',
  );
});
