import { create } from 'zustand';

/** The places of the teacher's window in the order of the rail; a student's window knows its home and the settings. */
export const PAGES = ['send', 'class', 'library', 'channels', 'devices', 'network', 'settings'] as const;
export type Page = (typeof PAGES)[number];

export const useNavigation = create<{ readonly page: Page }>(() => ({ page: 'send' }));

export function goTo(page: Page): void {
  useNavigation.setState({ page });
}
