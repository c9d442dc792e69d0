/** How finely a piece is drawn, whatever its length. */
export const PEAKS = 480;

/** Samples that are looked at for one peak; the rest would not change the picture. */
const SAMPLES_A_PEAK = 1024;

/** The loudest sample, 0…1, of each of PEAKS equal parts of a piece, over all of its channels. */
export function peaksOf(channels: readonly Float32Array[]): Float32Array {
  const length = channels[0]?.length ?? 0;
  return Float32Array.from({ length: PEAKS }, (_, part) => {
    const start = Math.floor((part * length) / PEAKS);
    const end = Math.floor(((part + 1) * length) / PEAKS);
    return Math.max(0, ...channels.map((channel) => loudest(channel, start, end)));
  });
}

function loudest(samples: Float32Array, start: number, end: number): number {
  const step = Math.max(1, Math.floor((end - start) / SAMPLES_A_PEAK));
  let peak = 0;
  for (let i = start; i < end; i += step) peak = Math.max(peak, Math.abs(samples[i] ?? 0));
  return peak;
}
