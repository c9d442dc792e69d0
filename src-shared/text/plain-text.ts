/** Names, tags and reasons come from the network: what may reach a screen of them. */

/** Controls, lone surrogates, line and paragraph separators: they move cursors or break lines. */
const CONTROLS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Bidirectional overrides, zero-width characters, tags: invisible, and they reorder or disguise their neighbours. */
const FORMATS = /\p{Cf}/gu;
/** More marks than any script stacks on one letter spill over the lines above and below. */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;

/** The text without anything that could steer a terminal, reorder a line or leave it. */
export function inertText(text: string): string {
  return text.replace(CONTROLS, ' ').replace(FORMATS, '').replace(STACKED_MARKS, '$1');
}

/** One inert line of at most `maxChars` characters, the cut shown by "…"; "(no name)" where nothing visible is left. */
export function plainText(text: string, maxChars: number): string {
  // Cut first: cleaning a hostile megabyte would cost more than showing it is worth.
  const line = inertText(text.slice(0, maxChars * 8))
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...line];
  if (characters.length === 0) return '(no name)';
  return characters.length <= maxChars ? line : `${characters.slice(0, maxChars - 1).join('')}…`;
}
