export const common = {
  app: 'Tutti',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  tryAgain: 'Try again',
  clearSearch: 'Clear the search',
  andMore_one: 'and {{count}} more',
  andMore_other: 'and {{count}} more',
} as const;
