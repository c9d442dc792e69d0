/** The page of the devices that fetch files by TFTP. */
export const devices = {
  title: 'Devices',
  // What the page is for, as long as nothing is served.
  offTitle: 'Devices that cannot run Tutti',
  offDetail:
    'Players, samplers and netboot machines that speak TFTP can fetch files from a folder of this computer. Several that want the same file get it at once, by multicast.',
  switchOn: 'Let devices fetch files',
  failedTitle: 'Devices cannot fetch files at the moment',
  failedDetail: 'Tutti keeps trying. Your class is not affected.',

  // What is typed into a device.
  typeIn: 'Type this into the device',
  typeInDetail: 'Players, samplers and netboot machines that speak TFTP can fetch these files while Tutti is open.',
  address: 'Server address',
  copyAddress: 'Copy the address',
  copiedAddress: 'Address copied',
  port: 'Port',
  copyPort: 'Copy the port',
  copiedPort: 'Port copied',
  quietTitle: 'No device has asked yet',
  quietDetail: 'Who fetches which file is shown here as it happens.',

  // What is served.
  settings: 'What devices may fetch',
  on: 'Devices may fetch files',
  onDetail: 'Anybody on this network can read them; nobody can change them.',
  folder: 'Folder',
  noFolder: 'No folder is chosen yet.',
  chooseFolder: 'Choose…',
  changeFolder: 'Change…',
  portDetail: 'Devices that cannot be told a port ask at 69; most systems allow that to administrators only.',

  // Files on their way.
  running: 'On their way',
  over: 'Fetched',
  refused: 'Asked in vain',
  collecting: 'Waits for more devices',
  sending: 'On its way',
  progress: 'Progress of {{file}}',
  toOne: 'to one device',
  toGroup_one: 'to {{count}} device by multicast',
  toGroup_other: 'to {{count}} devices by multicast',
  group: 'group {{group}}',
  done: 'Everybody has it',
  someHave: '{{complete}} of {{all}} have it',
  nobodyHas: 'Nobody has it',
  sessionDetails: 'Details of {{file}}',

  // How it is sent, and why so.
  blockSize: 'Block size',
  bytes: '{{number}} bytes',
  timeout: 'Timeout',
  seconds: '{{number}} s',
  window: 'Window',
  blocks_one: '{{number}} block',
  blocks_other: '{{number}} blocks',
  pace: 'Pace',
  paceFree: 'As acknowledged',
  paceLimited: '≤ {{number}} blocks/s',
  resent: 'Sent again',
  lately: '{{resent}}, {{share}} lately',
  why: 'Why',

  // One device.
  clients_one: '{{count}} device',
  clients_other: '{{count}} devices',
  master: 'Leads (master)',
  masterDetail: 'asks for the blocks it misses, until it has them all',
  member: 'Listens (member)',
  memberDetail: 'collects what it hears, and leads later',
  unicast: 'On its own (unicast)',
  unicastDetail: 'acknowledges every window',
  waiting: 'Waits',
  receiving: 'Receiving',
  listening: 'Listening',
  complete: 'Complete',
  failed: 'Failed',

  // Read aloud.
  saysOn: 'Devices may fetch files.',
  saysOff: 'Devices cannot fetch files.',
  saysRunning_one: '{{count}} file is on its way to devices.',
  saysRunning_other: '{{count}} files are on their way to devices.',
  saysOver: '{{file}}: {{outcome}}.',
} as const;
