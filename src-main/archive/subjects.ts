/**
 * Subjects name channels: words with dots between them, the general before the particular (“studio-a.takes”). A pattern
 * names many: `*` stands for one word, `>` at the end for one or more (PROTOCOL.md section 13).
 */

/** Longer is no name for people, and has to fit into an announcement. */
const MAX_SUBJECT_CHARS = 200;
const MAX_WORDS = 16;
/** No spaces, signs or marks on their own: the same in a shell, in NATS and in a file's name. */
const WORD = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_-]*$/u;
const ANY_WORD = '*';
const ANY_REST = '>';

/** Says in one sentence why a text is no subject; undefined where it is one. */
export function subjectFault(subject: string): string | undefined {
  return sizeFault(subject) ?? wordFault(subject, subject.split('.'));
}

/** Says in one sentence why a text is no pattern; undefined where it is one. Every subject is a pattern. */
export function patternFault(pattern: string): string | undefined {
  const words = pattern.split('.');
  if (words.slice(0, -1).includes(ANY_REST))
    return `“${ANY_REST}” stands for all that follows: it can only be the last word.`;
  const named = words.filter((word) => word !== ANY_WORD && word !== ANY_REST);
  return sizeFault(pattern) ?? (named.length === 0 ? undefined : wordFault(pattern, named));
}

/** Whether a pattern names more than one subject. */
export function hasWildcard(pattern: string): boolean {
  return pattern.split('.').some((word) => word === ANY_WORD || word === ANY_REST);
}

/** Whether a subject is among those that a pattern names. */
export function matches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const words = subject.split('.');
  if (wanted.at(-1) === ANY_REST) {
    return words.length >= wanted.length && wanted.slice(0, -1).every((word, i) => isWord(word, words[i]));
  }
  return words.length === wanted.length && wanted.every((word, i) => isWord(word, words[i]));
}

function isWord(wanted: string, word: string | undefined): boolean {
  return word !== undefined && (wanted === ANY_WORD || wanted === word);
}

function sizeFault(text: string): string | undefined {
  if (text === '') return 'A subject is needed, such as studio-a.takes.';
  if (text.length > MAX_SUBJECT_CHARS) return `A subject has at most ${MAX_SUBJECT_CHARS} characters.`;
  return text.split('.').length > MAX_WORDS ? `A subject has at most ${MAX_WORDS} words.` : undefined;
}

function wordFault(text: string, words: readonly string[]): string | undefined {
  // Two spellings of one word would be two channels that look the same.
  const isFine = text === text.normalize('NFC') && words.every((word) => WORD.test(word));
  return isFine
    ? undefined
    : 'A subject is words of letters, digits, “-” and “_” with dots between them, such as studio-a.takes.';
}
