/** "44.1 kHz", with the language's decimal sign. */
export function sampleRateInWords(hertz: number, language: string): string {
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 3 }).format(hertz / 1000)} kHz`;
}
