/** The pages of the channels: numbered packets, their archive, and who follows. */
export const channels = {
  title: 'Channels',
  emptyTitle: 'A folder that others follow',
  emptyDetail:
    'Publish a folder as a channel: whatever is put into it reaches everyone who follows, seconds later. Who was away gets it from the archive.',
  publishFolder: 'Publish a folder…',
  follow: 'Follow a channel…',

  published: 'Published from here',
  subscribed: 'Followed here',
  found: 'On this network',
  foundNone: 'Nobody publishes a channel at the moment.',
  foundBy: 'by {{publisher}}',
  foundPair: 'Type the code of {{publisher}} to follow it.',
  followNow: 'Follow',
  followSubject: 'Follow {{subject}}',

  // Publishing.
  publishTitle: 'Publish a folder',
  publishDetail:
    'Who follows the channel gets every file that is in the folder, and every one that is put into it later.',
  subject: 'Name of the channel',
  subjectHint: 'Words with dots between them, the general first: studio-a.takes',
  subjectWrong: 'Use letters, digits, “-” and “_”, in words with dots between them.',
  subjectTaken: 'You publish a channel of that name already.',
  chooseFolder: 'Choose the folder…',
  stopPublishing: 'Stop publishing',
  stopPublishingQuestion: 'Stop publishing {{subject}}?',
  stopPublishingDetail:
    'Nothing new goes out. What others have received stays with them, and what the archive has stays there.',
  actionsOf: 'Actions for {{subject}}',

  // Following.
  followTitle: 'Follow a channel',
  pattern: 'Channel',
  patternHint: '* stands for one word, > for all that follow: studio-a.>',
  patternWrong:
    'Use words of letters, digits, “-” and “_” with dots between them; * for one word, > at the end for all that follow.',
  patternTaken: 'You follow that already.',
  from: 'Begin with',
  fromNow: 'What is new',
  fromBeginning: 'All there is',
  code: 'Code of {{publisher}}',
  codeHint: 'Eight digits, as its window shows them.',
  unfollow: 'Stop following',
  unfollowQuestion: 'Stop following {{subject}}?',
  unfollowDetail: 'Nothing new arrives from it. The files that have arrived stay.',

  // A packet's place, and numbers.
  earlier: '{{number}}, before the last start',
  nothingYet: 'Nothing yet',
  last: 'Latest packet',
  first: 'Oldest kept',
  packets: 'Packets',
  data: 'Data',
  missing: 'Missing now',
  gaps: 'Found missing',
  lost: 'Lost for good',
  repairs: 'Packets repaired',
  repairedArchive: 'by the archive',
  repairedServer: 'by the publisher',
  repairedGroup: 'for everybody at once',

  // The archive.
  archive: 'Archive',
  keepArchive: 'Keep an archive here',
  keepArchiveDetail: 'Stores the channels published here, so that whoever was away gets what they missed.',
  archiveNone: 'No archive: this computer keeps everything itself.',
  archiveConnecting: 'Looking for the archive…',
  archiveOn: '{{name}} keeps {{size}}.',
  archiveAll: 'It has acknowledged everything.',
  archiveOwes_one: '{{number}} packet is not acknowledged yet; it is kept here.',
  archiveOwes_other: '{{number}} packets are not acknowledged yet; they are kept here.',
  archiveFull: 'The disk of the archive {{name}} is full.',
  archiveAway: 'The archive {{name}} is away.',
  dropped_one: '{{number}} packet was dropped before any archive had it, because too much was waiting.',
  dropped_other: '{{number}} packets were dropped before any archive had them, because too much was waiting.',

  // Who follows.
  followers: 'Followers',
  followersNone: 'Nobody follows yet.',
  upToDate: 'up to date',
  misses_one: 'misses {{number}} packet',
  misses_other: 'misses {{number}} packets',

  files: 'Files',
  state: {
    searching: 'Looking for it',
    connected: 'Up to date',
    catchingUp: 'Catching up',
    away: 'The publisher is away',
    failed: 'Failed',
  },
  file: {
    sending: 'On its way',
    sent: 'Sent',
    arriving: 'Arriving',
    complete: 'Complete',
    failed: 'Failed',
  },
  saysPublished_one: '{{count}} channel is published from here.',
  saysPublished_other: '{{count}} channels are published from here.',
  saysState: '{{subject}}: {{state}}.',
} as const;
