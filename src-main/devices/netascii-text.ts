/** A sentence for people as an ERROR's text, which is netascii (RFC 1350 section 5). */
export function asNetascii(sentence: string): string {
  return sentence.replace(/[“”]/g, '"').replace(/\.$/, '');
}
