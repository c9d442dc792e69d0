import { inertText } from './plain-text';

/** Folders below the music folder, as a student's settings describe them, such as "{room}/{date}": PROTOCOL.md section 10.4. */

export const DEFAULT_FOLDER_TEMPLATE = '{room}/{date}';

/** What a template can name. */
export const TEMPLATE_FIELDS = ['room', 'date', 'artist', 'album'] as const;
type TemplateField = (typeof TEMPLATE_FIELDS)[number];

/** What is known of a file; room, artist and album come from other computers. */
export type TemplateValues = Readonly<Partial<Record<TemplateField, string | undefined>>>;

/**
 * `field`: a {…} that stands for nothing; `outside`: it would lead out of the music folder; `character`: one that no folder
 * can have everywhere; `deep`: too many folders.
 */
export type TemplateProblem = 'field' | 'outside' | 'character' | 'deep';

const MAX_LEVELS = 8;
/** In UTF-16 units, of which each takes three bytes at most: such a name fits on every file system. */
const MAX_SEGMENT_CHARS = 80;

const SEPARATOR = /[/\\]/;
const FIELD = /\{(\w+)\}/g;
const FORBIDDEN = /[<>:"|?*\p{C}]/u;
/** What Unicode compatibility turns into dots, at either end: a name of dots is another folder, and one before a name hides it. */
const DOTS_AT_THE_ENDS = /^[\s.\u2024-\u2026\ufe19\ufe30\ufe52\uff0e]+|[\s.\u2024-\u2026\ufe19\ufe30\ufe52\uff0e]+$/gu;
/** What is left of "{artist} - {album} ({date})" where a value is missing. */
const EMPTY_BRACKETS = /\(\s*\)|\[\s*\]/gu;
const JOINERS_AT_THE_ENDS = /^[\s\-–—_,;&+]+|[\s\-–—_,;&+]+$/gu;

/** Why a template should not be used; undefined where it may. An empty one means: no folders. */
export function templateProblem(template: string): TemplateProblem | undefined {
  if (/^([/\\~]|[a-z]:)/i.test(template.trim())) return 'outside';
  const segments = template.split(SEPARATOR);
  if (segments.some((segment) => /^\s*\.+\s*$/.test(segment))) return 'outside';
  if (segments.length > MAX_LEVELS) return 'deep';
  const literal = template.replace(FIELD, (field, name: string) => (isField(name) ? '' : field));
  if (/[{}]/.test(literal)) return 'field';
  return FORBIDDEN.test(literal) ? 'character' : undefined;
}

/**
 * The folders that a template means for a file, outermost first. Whatever the template and the values are, each is one
 * plain folder name: nothing leads out of the music folder. A folder none of whose values is known is left out.
 */
export function expandTemplate(template: string, values: TemplateValues): string[] {
  const segments = template.split(SEPARATOR).map((segment) => fill(segment, values));
  return segments.filter((name) => name !== '').slice(0, MAX_LEVELS);
}

function fill(segment: string, values: TemplateValues): string {
  const known = [...segment.matchAll(FIELD)].map(([, name = '']) => name).filter(isField);
  const missing = known.filter((name) => cleaned(values[name] ?? '') === '');
  if (known.length > 0 && missing.length === known.length) return '';
  const filled = segment.replace(FIELD, (field, name: string) => (isField(name) ? cleaned(values[name] ?? '') : field));
  if (missing.length === 0) return cleaned(filled);
  return cleaned(filled.replace(EMPTY_BRACKETS, '').replace(JOINERS_AT_THE_ENDS, ''));
}

function isField(name: string): name is TemplateField {
  return (TEMPLATE_FIELDS as readonly string[]).includes(name);
}

/** A text as a folder's name that every computer takes; empty where nothing of it is left. */
function cleaned(text: string): string {
  const characters = [...inertText(text.slice(0, MAX_SEGMENT_CHARS * 4))].map(harmless).join('').replace(/\s+/gu, ' ');
  return fitting(characters.replace(DOTS_AT_THE_ENDS, '')).replace(DOTS_AT_THE_ENDS, '');
}

function harmless(character: string): string {
  if (/\p{C}/u.test(character)) return '';
  return FORBIDDEN.test(character) || SEPARATOR.test(character.normalize('NFKC')) ? '-' : character;
}

/** Cut between characters. */
function fitting(text: string): string {
  let length = 0;
  let kept = '';
  for (const character of text) {
    length += character.length;
    if (length > MAX_SEGMENT_CHARS) break;
    kept += character;
  }
  return kept;
}
