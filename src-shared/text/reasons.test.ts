import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reasons } from './en/reasons';
import { createTranslator, english } from './i18n';
import { reasonInWords } from './reasons';

const german = createTranslator('de');

it.each([
  ['it was un-paired', 'die Kopplung wurde aufgehoben'],
  ['something is still missing after 5 rounds', 'nach 5 Runden fehlt noch etwas'],
  [
    'The disk of this computer is full: free some space for “/home/ana/Music (1)” and start again.',
    'Der Datenträger dieses Computers ist voll: Schaffe Platz für „/home/ana/Music (1)“ und fange noch einmal an.',
  ],
  [
    'no multicast reaches it, and repair over TCP is switched off',
    'kein Multicast kommt dort an, und Reparatur über TCP ist ausgeschaltet',
  ],
  [
    'There is too little space: this needs 1.3 GB, and 99.0 MB are free on the disk of “/1.5 MB”.',
    'Der Platz reicht nicht: 1,3 GB werden gebraucht, und 99,0 MB sind auf dem Datenträger von „/1.5 MB“ frei.',
  ],
  ['It left: it was closed there', 'Hat den Raum verlassen: Tutti wurde dort geschlossen'],
  [
    'no multicast reaches it; forged datagrams reach it on the group',
    'kein Multicast kommt dort an; dort kommen gefälschte Pakete an',
  ],
  [
    "blocks of 1428 bytes, because they fit the network's packets of 1500; a timeout of 2 s at most, because 2 more sessions run",
    'Blöcke von 1428 Byte, weil sie in die Pakete des Netzwerks von 1500 passen; eine Zeitgrenze von höchstens 2 s, weil 2 weitere Sitzungen laufen',
  ],
  [
    'windows of 8 blocks, because other sessions send too; a timeout of 3 s, as the device asks',
    'Fenster von 8 Blöcken, weil andere Sitzungen auch senden; eine Zeitgrenze von 3 s, wie das Gerät es will',
  ],
])('says “%s” in German', (reason, words) => {
  expect(reasonInWords(reason, german)).toBe(words);
});

it('leaves in English what it does not know, and everything where English is spoken', () => {
  expect(reasonInWords('The dog ate it.', german)).toBe('The dog ate it.');
  expect(reasonInWords('it was un-paired', english)).toBe('it was un-paired');
});

it('takes nothing that another computer says for a template, and nothing that steers a line', () => {
  const named = 'There is no computer called {{why}} $t(send:pause)\u202e in this network.';
  expect(reasonInWords(named, german)).toBe(
    'In diesem Netzwerk gibt es keinen Computer namens {{why}} $t(send:pause).',
  );
  expect(reasonInWords('a\u202eb\nc', english)).toBe('ab c');
});

/** A pattern of what no engine says any more would be dead, and its sentence back in English. */
it.each(Object.entries(reasons))('knows a sentence that the engines say: %s', (_key, text) => {
  const pieces = text.split(/\{\{\w+\}\}/).flatMap((piece) => (piece.length > 60 ? [piece.slice(0, 60)] : [piece]));
  for (const piece of pieces) expect(source).toContain(piece);
});

/** What the engines are made of; a sentence that is broken over two lines is put together. */
const source = readdirSync(join(import.meta.dirname, '../../src-main'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(import.meta.dirname, '../../src-main', path), 'utf8'))
  .join('\n')
  .replace(/['`] \+\n\s*['`"]/g, '');
