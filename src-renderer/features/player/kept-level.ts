const KEY = 'player-level';

/** The loudness of the last time, 0…1; full where there was none. */
export function keptLevel(): number {
  const level = Number(localStorage.getItem(KEY) ?? 1);
  return level >= 0 && level <= 1 ? level : 1;
}

export function keepLevel(level: number): void {
  localStorage.setItem(KEY, String(level));
}
