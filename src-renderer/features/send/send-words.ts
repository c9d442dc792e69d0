import type { i18n } from 'i18next';
import type { Audience, GroupView, StudentView, TransferView } from '../../../src-shared/ipc/snapshots';
import { capitalized } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { inFirstPass } from '../../stores/transfer-selectors';
import { localeOf } from '../../ui/region';
import { hereCount, nextTimeOf, type SendOptions, type StartChoice, studentsOf } from './send-options';

/** What the Send home says about who, when and how long; every name in it is made inert first. */

const NAME_CHARS = 40;

type Class = Readonly<{ students: readonly StudentView[]; groups: readonly GroupView[] }>;

/** For a button: "Everyone", "Strings", "Ana Lima", "3 students". */
export function audienceInWords(audience: Audience, students: readonly StudentView[], { t }: i18n): string {
  if (audience === 'everyone') return t('send:everyone');
  if ('group' in audience) return plainText(audience.group, NAME_CHARS);
  return onlyName(audience.students, students) ?? t('send:picked', { count: audience.students.length });
}

/** For a sentence, with how many are here: "27 students", "Strings (8 of 9 here now)". */
export function recipientsInWords(audience: Audience, { students, groups }: Class, { t }: i18n): string {
  const meant = studentsOf(audience, students, groups);
  const here = hereCount(meant);
  if (audience === 'everyone') {
    return here === 0 ? t('send:everyoneToCome') : t('send:everyoneHere', { count: here });
  }
  if ('group' in audience) {
    return t('send:groupHere', { name: plainText(audience.group, NAME_CHARS), here, count: meant.length });
  }
  const name = onlyName(audience.students, students);
  if (name !== undefined) return name;
  const counts = { count: meant.length, here };
  return here === 0 ? t('send:pickedNobodyHere', counts) : t('send:pickedHere', counts);
}

/** The name of the one who is meant; undefined where it is nobody, or several. */
export function onlyName(
  ids: readonly string[],
  students: readonly Pick<StudentView, 'id' | 'name'>[],
): string | undefined {
  if (ids.length !== 1) return undefined;
  const only = students.find(({ id }) => id === ids[0]);
  return only === undefined ? undefined : plainText(only.name, NAME_CHARS);
}

/** For a button: "At once", "When 20 are here", "At 10:45", "When I say so". */
export function startInWords(start: StartChoice, now: Date, i18n: i18n): string {
  switch (start.when) {
    case 'now':
      return i18n.t('send:atOnce');
    case 'ready':
      return i18n.t('send:startReady', { count: start.students });
    case 'at':
      return capitalized(timeInWords(nextTimeOf(start.clock, now), now, i18n));
    case 'asked':
      return i18n.t('send:whenAsked');
  }
}

/** What a drop does now, in one sentence. */
export function dropInWords({ audience, start }: SendOptions, room: Class, now: Date, i18n: i18n): string {
  const who = recipientsInWords(audience, room, i18n);
  switch (start.when) {
    case 'now':
      return audience === 'everyone' && hereCount(room.students) === 0
        ? i18n.t('send:dropToCome')
        : i18n.t('send:dropNow', { who });
    case 'ready':
      return i18n.t('send:dropReady', { who, count: start.students });
    case 'at':
      return i18n.t('send:dropAt', { who, when: timeInWords(nextTimeOf(start.clock, now), now, i18n) });
    case 'asked':
      return i18n.t('send:dropAsked', { who });
  }
}

/** Why a queued transfer has not started: "Starts when 20 are here: 12 now". */
export function ruleInWords(
  transfer: Pick<TransferView, 'start'>,
  { here, running, now }: { readonly here: number; readonly running: boolean; readonly now: Date },
  i18n: i18n,
): string {
  const { start } = transfer;
  switch (start.when) {
    case 'ready':
      if (here < start.students) return i18n.t('send:waitsReady', { count: start.students, here });
      break;
    case 'at':
      if (start.time > now.getTime()) return i18n.t('send:waitsAt', { when: timeInWords(start.time, now, i18n) });
      break;
    case 'asked':
      return i18n.t('send:waitsAsked');
    case 'now':
      break;
  }
  return running ? i18n.t('send:waitsTurn') : i18n.t('send:waitsAnybody');
}

/** "at 10:45", "on Wednesday at 9:05": the day where it is another one. */
export function timeInWords(time: number, now: Date, { t, language }: i18n): string {
  const date = new Date(time);
  const inWords = (format: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(localeOf(language), format).format(date);
  const clock = inWords({ hour: 'numeric', minute: '2-digit' });
  if (date.toDateString() === now.toDateString()) return t('send:atClock', { clock });
  return t('send:onDayAtClock', { day: inWords({ weekday: 'long' }), clock });
}

/** "about 12 s left in this pass". */
export function timeLeftInWords(ms: number, transfer: TransferView, { t }: i18n): string {
  return t(inFirstPass(transfer) ? 'send:left' : 'send:leftRound', { time: roughTime(ms) });
}

/** "12 s", "3 min": whole units, since nobody can promise more. */
export function roughTime(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds <= 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
