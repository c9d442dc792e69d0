/** First letters of the first and the last word: "Ana Lima" is "AL", "Ms Rivera, room 12" is "MR". */
export function initialsOf(name: string): string {
  const [called = ''] = name.split(',').filter((part) => /[\p{L}\p{N}]/u.test(part));
  const words = called.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words[0];
  const last = words.length > 1 ? words.at(-1) : undefined;
  return [first, last].map((word) => firstLetter(word)).join('') || '?';
}

function firstLetter(word: string | undefined): string {
  return word?.match(/[\p{L}\p{N}]/u)?.[0].toLocaleUpperCase() ?? '';
}

/** A hue in degrees, the same for the same id everywhere; neighbours in the id differ widely. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return (hash * 137.508) % 360;
}
