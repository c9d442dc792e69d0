/** Seconds as players show them: "3:07", "1:02:09". */
export function clockTime(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

/** "44.1 kHz". */
export function sampleRateInWords(hertz: number): string {
  return `${hertz / 1000} kHz`;
}
