export const doctor = {
  title: 'Network',
  examine: 'Examine the network',
  again: 'Examine again',
  firstTitle: 'Does everybody hear you?',
  firstDetail:
    'Tutti sends the whole class a few seconds of test data and tells you who hears it, who does not, and why. Nobody’s files are touched.',
  nobodyHere: 'As soon as students are here, their network can be examined.',
  sending: 'Something is being sent. The network can be examined when it is over.',

  running: 'Everybody is listening…',
  runningDetail: 'This takes a few seconds.',
  progress: 'Examination',

  allHear_one: 'Your student hears you',
  allHear_other: 'All {{count}} students hear you',
  allHearDetail: 'Music goes out once and reaches everybody at the same time.',
  someHear: '{{hear}} of {{all}} hear you well',
  someHearDetail:
    'Everybody gets everything all the same. Where the network does not help, Tutti does, and it takes longer.',
  noneHear: 'Nobody hears you well',
  noneHearDetail: 'Everybody gets everything all the same, one after the other over TCP, which takes longer.',
  examinedAt: 'Examined at {{time}} on {{address}}',

  dataPath: {
    accelerated: 'This computer sends many packets at a time: its accelerator is in use.',
    dgram: 'This computer sends packets one by one: it has no accelerator, which would make large classes faster.',
  },

  you: 'You',
  picture: 'Who hears you',
  more_one: 'and {{count}} more',
  more_other: 'and {{count}} more',
  heard: 'hears {{percent}} %',
  what: 'Tutti',
  advice: 'You',

  good: {
    title_one: '{{count}} student hears everything',
    title_other: '{{count}} students hear everything',
    cause: 'The network carries music to them all at once.',
    tutti: 'Sends once for all of them.',
    advice: '',
  },
  wifi: {
    title_one: '{{count}} student on Wi-Fi hears part of it',
    title_other: '{{count}} students on Wi-Fi hear part of it',
    cause: 'Wi-Fi sends to a group without repeating what gets lost, worse the farther away.',
    tutti: 'Resends exactly what is missing there, and slows down if it has to.',
    advice: 'Closer to the access point or on a cable it goes faster.',
  },
  overload: {
    title_one: '{{count}} student cannot keep up',
    title_other: '{{count}} students cannot keep up',
    cause: 'When data comes fast some is dropped: the computer or its connection is slow or busy.',
    tutti: 'Slows down to what the class can take, and resends what is missing.',
    advice: 'Closing other programs there may help.',
  },
  lossy: {
    title_one: '{{count}} student hears part of it',
    title_other: '{{count}} students hear part of it',
    cause: 'Something on the way loses data, most likely a cable, a plug or a switch.',
    tutti: 'Resends exactly what is missing there.',
    advice: 'Another cable or socket may help.',
  },
  firewall: {
    title_one: '{{count}} student hears nothing',
    title_other: '{{count}} students hear nothing',
    cause: 'Most likely a firewall on the computer keeps it out.',
    tutti: 'Sends there separately, over TCP: everything arrives, only later than with the others.',
    advice: 'Allow Tutti in the firewall there; on Windows, for private networks.',
  },
  isolation: {
    title_one: '{{count}} student on Wi-Fi hears nothing',
    title_other: '{{count}} students on Wi-Fi hear nothing',
    cause:
      'Most likely the access point keeps group traffic from its devices (client isolation or a multicast filter).',
    tutti: 'Sends there separately, over TCP: everything arrives, only later than with the others.',
    advice: 'Ask whoever runs the Wi-Fi to allow multicast, or use cables.',
  },
  snooping: {
    title_one: '{{count}} student hears nothing',
    title_other: 'None of {{count}} students hears anything',
    cause: 'Most likely a switch filters group traffic (IGMP snooping) while nothing asks who wants it (no querier).',
    tutti: 'Sends to one after the other, over TCP: everything arrives, but it takes longer.',
    advice: 'Ask whoever runs the network to switch on an IGMP querier, or to switch IGMP snooping off.',
  },
  wrongAdapter: {
    title_one: '{{count}} student hears it on another adapter',
    title_other: '{{count}} students hear it on another adapter',
    cause: 'The computer has two connections, and the data comes by the one that does not lead to you.',
    tutti: 'Sends there separately, over TCP: everything arrives, only later than with the others.',
    advice: 'Switch the connection off there that is not needed, for example Wi-Fi beside a cable.',
  },
  gone: {
    title_one: '{{count}} student left meanwhile',
    title_other: '{{count}} students left meanwhile',
    cause: 'The connection ended during the examination.',
    tutti: 'Goes on by itself once the connection is back.',
    advice: '',
  },
  silent: {
    title_one: '{{count}} student did not answer',
    title_other: '{{count}} students did not answer',
    cause: 'An older version of Tutti, or a computer that is busy.',
    tutti: 'Finds out when you send whether it gets through, and uses TCP if not.',
    advice: '',
  },
} as const;
