import type { start as english } from '../en/start';
import type { Mirror } from '../mirror';

export const start: Mirror<typeof english> = {
  title: 'Willkommen bei Tutti',
  lead: 'Musikdateien für den ganzen Raum, auf einmal.',
  question: 'Was machst du?',
  teacher: 'Ich unterrichte',
  teacherDetail: 'Zieh Musik auf das Fenster, und alle im Raum haben sie.',
  student: 'Ich empfange',
  studentDetail: 'Musik von deiner Lehrkraft kommt von selbst an, auch wenn das Fenster zu ist.',
  name: 'Dein Name',
  nameHint: 'So sehen dich die anderen im Raum.',
  roomHint: 'Unter diesem Namen finden Schüler deinen Raum, zum Beispiel „Frau Rivera, Raum 12“.',
  nameMissing: 'Gib einen Namen ein, damit die anderen wissen, wer du bist.',
  start: 'Los geht’s',
};
