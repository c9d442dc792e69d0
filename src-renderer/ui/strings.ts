import { countOf, formatBytes, formatPercent } from '../../src-shared/text/format';

/** Every text of the window that does not come from src-shared/text, in one place. */
export const strings = {
  app: 'Tutti',
  close: 'Close',
  tryAgain: 'Try again',
  starting: 'Starting…',
  engineFailedTitle: 'Tutti cannot use the network',

  firstStart: {
    title: 'Welcome to Tutti',
    lead: 'Music files for the whole room, at once.',
    question: 'What do you do?',
    teach: 'I teach',
    teachDetail: 'You drop music on this window, and everyone in the room has it.',
    receive: 'I receive',
    receiveDetail: 'Music from your teacher arrives by itself, also while the window is closed.',
    name: 'Your name',
    nameHint: 'This is how the others in the room see you.',
    nameMissing: 'Enter a name, so that the others know who you are.',
    start: 'Start',
    save: 'Save',
    cancel: 'Cancel',
    change: 'Change role or name',
  },

  send: {
    students: (count: number) =>
      count === 0 ? 'Nobody is in the room yet' : `${countOf(count, 'student')} in the room`,
    sendFiles: 'Send files…',
    sendFolder: 'Send folder…',
    dropTitle: 'Drop music here',
    dropDetail: 'Files or folders, any number. They go to everyone in the room at once.',
    dropNow: 'Let go to send to everyone',
    keys: (modifier: string) => `${modifier} O opens files, ${modifier} V pastes copied ones`,
    inTheRoom: 'In the room',
    waitingTitle: 'Waiting for students',
    waitingDetail:
      'Students open Tutti on this network and choose “I receive”. They find your room by its name; these tell them that it is really yours:',
    address: 'Address',
    fingerprint: 'Fingerprint',
    pause: 'Pause',
    resume: 'Resume',
    cancel: 'Stop',
    cancelQuestion: 'Stop this transfer?',
    cancelDetail: 'Students who do not have everything yet keep what they have, but get no more of it.',
    keepSending: 'Keep sending',
    stop: 'Stop for everyone',
    andMore: (count: number) => `and ${count} more`,
    progressLabel: 'Share of the music that has arrived',
    elapsed: 'elapsed',
    resent: 'resent',
    byTcp: 'by TCP',
    queue: 'Next',
    earlier: 'Earlier',
    files: 'Files',
    complete: (complete: number, all: number) => `${complete} of ${all} complete`,
  },

  scorecard: {
    label: 'Scorecard',
    current: 'Current group',
    currentDetail: 'They still miss something',
    allComplete: 'Nobody misses anything.',
    currentEmpty: 'Nobody is left who can be sent more.',
    permanent: 'Permanent group',
    permanentDetail: (all: number, current: number) =>
      current === 0
        ? 'Everyone in this transfer'
        : `Everyone in this transfer; ${current} of ${all} are in the current group`,
    permanentEmpty: 'Students come here as soon as they have everything.',
    missing: (bytes: number) => `${formatBytes(bytes)} missing`,
    lost: (share: number) => `${formatPercent(share)} lost`,
  },

  lossMap: {
    title: 'Loss map',
    label: 'Loss map: which bytes of the transfer are missing, and at how many students',
    hint: 'Point at the map, or use the arrow keys, to see who misses what',
    nothingMissing: 'Nobody misses anything',
    nothingLeft: 'Nothing is left to repair',
    unsent: 'Not sent yet',
    none: 'Arrived',
    one: 'Few miss it',
    all: 'All miss it',
    trailer: 'Check sums',
    arrived: 'everyone has it',
    notSent: 'not sent yet',
    missing: (count: number, names: readonly string[]) => {
      const named = names.slice(0, 3).join(', ');
      return count > 3
        ? `${count} miss it: ${named} and ${count - 3} more`
        : `${count} miss${count === 1 ? 'es' : ''} it: ${named}`;
    },
    inPiece: (name: string, time: string) => `${name} at ${time}`,
    range: (start: number, end: number) => `${formatBytes(start)} – ${formatBytes(end)}`,
  },

  rounds: {
    title: 'Transmissions',
    empty: 'The first pass begins as soon as a student is in the room.',
    announced: 'announced',
    reporting: 'collecting reports',
    barLabel: 'Sent so far',
  },

  receive: {
    in: (room: string) => `In ${room}`,
    searching: 'Looking for a room…',
    searchingDetail: 'Your teacher’s room appears here as soon as Tutti sees it on this network.',
    connecting: 'Connecting…',
    untrusted: 'A teacher that you do not know yet',
    untrustedDetail:
      'Compare the fingerprint with the one in your teacher’s window. Trust the teacher once; after that, music arrives by itself.',
    trust: 'Trust this teacher',
    rooms: 'Rooms on this network',
    join: 'Join',
    trusted: 'Trusted',
    notTrusted: 'Not trusted yet',
    addressLabel: 'Room not listed? Enter its address',
    addressPlaceholder: '192.168.1.20:47470',
    addressWrong: 'Enter the address as the teacher’s window shows it, for example 192.168.1.20:47470.',
    searchAgain: 'Search the network instead',
    from: (name: string) => `From ${name}`,
    nothingTitle: 'Nothing has arrived yet',
    nothingDetail: 'Music that your teacher sends appears here and in your folder. There is nothing to do.',
    show: 'Show in folder',
    folder: 'Music goes to',
    showFolder: 'Open folder',
    changeFolder: 'Change…',
    progressLabel: 'Arrived',
    closing: 'You can close this window: Tutti goes on receiving.',
  },
} as const;

/** The first letter as a capital: sentences of src-shared/text start small where they stand alone. */
export function capitalized(sentence: string): string {
  return sentence.charAt(0).toLocaleUpperCase('en') + sentence.slice(1);
}
