import type { sentences as english } from '../en/sentences';
import type { Mirror } from '../mirror';

export const sentences: Mirror<typeof english> = {
  decimalPoint: ',',
  bytes_one: '{{count}} Byte',
  bytes_other: '{{count}} Byte',
  files_one: '{{count}} Datei',
  files_other: '{{count}} Dateien',

  state: {
    waiting: 'wartet',
    receiving: 'empfängt',
    repairing: 'wird repariert',
    filling: 'über TCP',
    storing: 'speichert',
    complete: 'vollständig',
    away: 'nicht da',
    failed: 'fehlgeschlagen',
  },
  missing: '{{size}} fehlen',
  repairingRound: 'wird repariert, Runde {{round}}',
  withReason: '{{words}}: {{reason}}',

  mode: { plain: 'Multicast', coded: 'Multicast mit Parität', tcp: 'TCP' },
  firstPass: 'Erster Durchgang',
  round: 'Runde {{round}}',
  content: '{{files}}, {{size}}',

  phase: {
    paused: 'angehalten',
    queued: 'in der Warteschlange',
    announcing: 'wird angekündigt',
    announcingRound: 'Runde {{round}} wird angekündigt',
    sending: 'wird gesendet',
    sendingRound: 'Runde {{round}} wird gesendet',
    reporting: 'Berichte werden gesammelt',
    waiting: 'wartet auf Schüler',
    finished: 'fertig',
    failed: 'fehlgeschlagen',
  },

  stopped: 'Abgebrochen',
  nobody: 'Niemand war im Raum.',
  have_one: '{{count}} von {{all}} hat {{what}}.',
  have_other: '{{count}} von {{all}} haben {{what}}.',
  bothFiles: 'beide Dateien',
  allFiles_one: 'die Datei',
  allFiles_other: 'alle {{count}} Dateien',
  memberFailed: 'Bei {{name}} fehlgeschlagen',
  moreFailed_one: 'Ebenso bei {{count}} weiteren Person.',
  moreFailed_other: 'Ebenso bei {{count}} weiteren.',
  repairRounds_one: '{{count}} Reparaturrunde',
  repairRounds_other: '{{count}} Reparaturrunden',
  resent: '{{share}} erneut gesendet',
  byTcp: '{{size}} über TCP',
  nothingResent: 'nichts erneut gesendet',

  incoming: {
    receiving: 'wird empfangen',
    repairing: 'wird repariert, Runde {{round}}',
    storing: 'Dateien werden gespeichert',
    complete: 'vollständig',
    interrupted: 'unterbrochen, {{size}} fehlen',
    failed: 'fehlgeschlagen',
  },
};
