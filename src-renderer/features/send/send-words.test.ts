import { describe, expect, it } from 'vitest';
import type { StudentView } from '../../../src-shared/ipc/snapshots';
import { createTranslator } from '../../../src-shared/text/i18n';
import {
  audienceInWords,
  dropInWords,
  recipientsInWords,
  roughTime,
  ruleInWords,
  startInWords,
  timeInWords,
} from './send-words';

const en = createTranslator('en');
const de = createTranslator('de');
const now = new Date(2026, 2, 10, 10, 31);

function student(id: string, connected = true): StudentView {
  return { id, name: `${id} \u202e{{count}} $t(send:pause)`, ip: null, connected };
}

const students = [student('ana'), student('ben', false), student('eve')];
const groups = [{ name: 'Strings\n', students: ['ana', 'ben'] }];
const room = { students, groups };

describe('recipients', () => {
  it('are counted as they are now', () => {
    expect(recipientsInWords('everyone', room, en)).toBe('2 students');
    expect(recipientsInWords('everyone', { students: [], groups }, en)).toBe('everyone who comes in');
    expect(recipientsInWords({ group: 'Strings\n' }, room, en)).toBe('Strings (1 of 2 here now)');
    expect(recipientsInWords({ students: ['ana', 'ben'] }, room, en)).toBe('2 students (1 of them here now)');
  });

  it('keep hostile names as inert text', () => {
    expect(recipientsInWords({ students: ['ana'] }, room, en)).toBe('ana {{count}} $t(send:pause)');
    expect(audienceInWords({ students: ['ana'] }, students, de)).toBe('ana {{count}} $t(send:pause)');
  });
});

it('says what a drop does', () => {
  const start = { when: 'now' } as const;
  expect(dropInWords({ audience: 'everyone', start }, room, now, en)).toBe(
    'Drop music anywhere: it goes to 2 students at once.',
  );
  expect(dropInWords({ audience: 'everyone', start }, { students: [], groups }, now, en)).toBe(
    'Drop music anywhere: everyone gets it on coming in.',
  );
  expect(dropInWords({ audience: 'everyone', start: { when: 'ready', students: 1 } }, room, now, en)).toBe(
    'Drop music anywhere: it goes to 2 students when 1 is here.',
  );
  expect(dropInWords({ audience: 'everyone', start: { when: 'at', clock: '10:45' } }, room, now, de)).toBe(
    'Musik einfach ins Fenster ziehen: Sie geht um 10:45 an 2 Schüler.',
  );
});

describe('a start', () => {
  it('has a name for its button', () => {
    expect(startInWords({ when: 'ready', students: 20 }, now, en)).toBe('When 20 are here');
    expect(startInWords({ when: 'at', clock: '10:45' }, now, en)).toMatch(/^At 10:45/);
    expect(startInWords({ when: 'at', clock: '09:00' }, now, en)).toMatch(/^On Wednesday at 0?9:00/);
  });

  it('says the day where it is another one', () => {
    expect(timeInWords(new Date(2026, 2, 11, 9, 5).getTime(), now, de)).toMatch(/^am Mittwoch um 0?9:05$/);
  });
});

describe('a rule', () => {
  const state = { here: 12, running: false, now };
  const words = (start: Parameters<typeof ruleInWords>[0]['start'], parts = {}) =>
    ruleInWords({ start }, { ...state, ...parts }, en);

  it('says what is waited for', () => {
    expect(words({ when: 'ready', students: 20 })).toBe('Starts when 20 are here: 12 now');
    expect(words({ when: 'at', time: new Date(2026, 2, 10, 10, 45).getTime() })).toMatch(/^Starts at 10:45/);
    expect(words({ when: 'asked' })).toBe('Starts when you say so');
    expect(words({ when: 'now' })).toBe('Starts when the first student is here');
  });

  it('says that it is its turn that it waits for, once its rule is met', () => {
    const turn = 'Starts when the one before it is over';
    expect(words({ when: 'now' }, { running: true })).toBe(turn);
    expect(words({ when: 'ready', students: 12 }, { running: true })).toBe(turn);
    expect(words({ when: 'at', time: now.getTime() - 1 }, { running: true })).toBe(turn);
  });
});

it('gives rough times in whole units', () => {
  expect([0, 1001, 90_000, 90_001].map(roughTime)).toEqual(['1 s', '2 s', '90 s', '2 min']);
});
