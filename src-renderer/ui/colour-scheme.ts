import { useSyncExternalStore } from 'react';

const dark = window.matchMedia('(prefers-color-scheme: dark)');

function subscribe(onChange: () => void): () => void {
  dark.addEventListener('change', onChange);
  return () => dark.removeEventListener('change', onChange);
}

export type ColourScheme = 'light' | 'dark';

/** As the system has it now. */
export function useColourScheme(): ColourScheme {
  return useSyncExternalStore(subscribe, () => (dark.matches ? 'dark' : 'light'));
}
