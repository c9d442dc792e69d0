import type { i18n } from 'i18next';
import { reasons } from './en/reasons';
import { plainText } from './plain-text';

/** The engines speak English, also to each other over the network; what they commonly say has its translation here. */

type Key = keyof typeof reasons;

/** No sentence of an engine is longer. */
const MAX_CHARS = 500;

/** A size as `formatBytes` writes it in English. */
const SIZE = /^(\d+)\.(\d [kMGT]B)$/;

const KEYS = Object.keys(reasons) as Key[];
const PATTERNS = KEYS.map((key) => ({ key, pattern: patternOf(reasons[key]) }));

/** A reason in the language of the window; one that is not known stays as it is, made inert. */
export function reasonInWords(reason: string, i18n: i18n): string {
  const plain = plainText(reason, MAX_CHARS);
  return i18n.language === 'en'
    ? plain
    : (allTranslated(plain, i18n) ?? translated(plain, i18n) ?? eachTranslated(plain, i18n));
}

function translated(reason: string, i18n: i18n): string | undefined {
  for (const { key, pattern } of PATTERNS) {
    const found = pattern.exec(reason);
    if (found === null) continue;
    return i18n.t(`reasons:${key}`, { ...placesOf(found.groups ?? {}, i18n), defaultValue: reason });
  }
  return undefined;
}

/** What is filled in: a reason may hold another one, and sizes are written as the language does. */
function placesOf(found: Readonly<Record<string, string>>, i18n: i18n): Record<string, string> {
  const said = ([name, text]: [string, string]) => [
    name,
    name === 'why' ? reasonInWords(text, i18n) : text.replace(SIZE, `$1${i18n.t('sentences:decimalPoint')}$2`),
  ];
  return Object.fromEntries(Object.entries(found).map(said));
}

/** Several reasons in a row: each is known, else the whole may be one in which a “;” stands. */
function allTranslated(reason: string, i18n: i18n): string | undefined {
  const said = reason.split('; ').map((one) => translated(one, i18n));
  return said.includes(undefined) ? undefined : said.join('; ');
}

/** Students that are served together may have different reasons. */
function eachTranslated(reason: string, i18n: i18n): string {
  return reason
    .split('; ')
    .map((one) => translated(one, i18n) ?? one)
    .join('; ');
}

function patternOf(text: string): RegExp {
  const literal = text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{\{(\w+)\}\}/g, '(?<$1>.+?)')}$`, 'u');
}
