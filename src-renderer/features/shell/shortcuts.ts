import { useEffect } from 'react';
import { goTo, PAGES, type Page } from './navigation';

/** The page that a key press asks for: Ctrl or Cmd with the place's number in the rail, or with a comma for settings. */
export function pageOfKey(press: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): Page | undefined {
  if (press.ctrlKey === press.metaKey || press.altKey) return undefined;
  if (press.key === ',') return 'settings';
  return /^[1-9]$/.test(press.key) ? PAGES[Number(press.key) - 1] : undefined;
}

/** Follows those keys while the shell is there. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const page = pageOfKey(event);
      if (page === undefined) return;
      event.preventDefault();
      goTo(page);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
