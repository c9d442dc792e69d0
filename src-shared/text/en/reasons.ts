/**
 * Sentences that an engine or another computer says, word for word: `reasonInWords` knows them by these patterns and says
 * them in the language of the window.
 */
export const reasons = {
  // A student, as the teacher's engine sees it.
  noMulticast: 'no multicast reaches it',
  noMulticastByTcp: 'no multicast reaches it: it gets its data over TCP',
  tcpRepair: 'repair by TCP was asked for',
  forged: 'forged datagrams reach it on the group',
  fruitless: 'multicast rounds bring it next to nothing',
  usedUp: 'it has used up its share of retransmissions',
  afterRounds: 'something is still missing after {{rounds}} rounds',
  tcpOff: '{{why}}, and repair over TCP is switched off',
  askedAgain: 'it kept asking for data that it was offered over TCP',
  tooSlow: 'it did not keep up',
  muchLess: 'it receives much less than the others',
  catchesUp: '{{why}}: it catches up later',
  lost: 'its connection was lost and it did not come back',
  notStored: 'it did not confirm that its files are stored',
  notReported: 'it did not report what it misses',
  stalled: 'it stopped taking its data over TCP',
  flapping: 'it came and went too often',
  unpaired: 'it was un-paired',
  left: 'It left: {{why}}',
  leftRoom: 'it does not want this room any more',
  switchedOff: 'receiving is switched off there',
  closedThere: 'it was closed there',
  otherRoom: 'it has joined another room',

  // A retransmission, and how it is made.
  tcpAsked: 'TCP was asked for',
  noBytes: 'there are no bytes to send',
  digests: 'only the digests are left to compare',
  leftover: 'a small leftover of one student',

  // The end of a transfer.
  cancelled: 'The teacher cancelled the transfer.',
  allUnpaired: 'Everybody it was for has been un-paired.',
  fileChanged: '“{{name}}” changed while it was being sent: send it again when nothing writes to it any more.',
  fileGone: '“{{name}}” is no longer there, or never was.',
  fileForbidden: '“{{name}}” cannot be read: this computer does not allow it.',
  fileUnreadable: '“{{name}}” cannot be read ({{why}}).',
  nothingChosen: 'There is no file to send: what was chosen is empty.',
  nobodyMissed: 'There is nobody in the class any more who missed these files.',
  forgotten: 'This transfer is not known any more: choose its files again.',
  pushedOut: 'It was interrupted, and too much has been received since to go on with it: ask for it once more.',

  // A student's disk.
  tooLittleSpace:
    'There is too little space: this needs {{needed}}, and {{free}} are free on the disk of “{{directory}}”.',
  diskFull: 'The disk of this computer is full: free some space for “{{directory}}” and start again.',
  readOnly: 'The folder “{{directory}}” is on a disk that is read-only: choose another folder.',
  forbidden: 'This computer does not allow writing to the folder “{{directory}}”: choose another folder.',
  diskBroken: 'The disk that holds “{{directory}}” reports a hardware error: choose a folder on another disk.',
  folderGone: 'The folder “{{directory}}” has been moved or deleted: choose a folder and start again.',
  nameTooLong: 'A file name is too long for the folder “{{directory}}”: choose a folder with a shorter path.',
  fileTooLarge: 'A file is too large for the disk that holds “{{directory}}”: choose a folder on another disk.',

  // Joining a room.
  wrongCode: "That is not the code of this room. Look at the teacher's screen and try again.",
  newCode: "The room has a new code. Look at the teacher's screen and type that one.",
  roomClosed: 'This room lets nobody new in at the moment. Ask the teacher to let you in.',
  tooManyTries: 'There were too many tries just now. Wait a minute and try again.',
  tooLate: 'This computer took too long to prove that it knows the code. Try again.',
  noCode: 'This room has no code, as it lets everybody in. Join it without one.',
  notAnnounced:
    'That room is not announced on this network any more. Ask your teacher to open it, or type its address.',
  unpairedHere: 'The teacher has un-paired this computer. To come back, type the room’s code again.',
  noListener: 'Nothing listens at {{place}}. Is the room open, and is the address right?',
  noAnswer: "{{place}} does not answer. Is this computer in the same network as the teacher's?",
  noComputer: 'There is no computer called {{host}} in this network.',
  noWay: 'There is no way to {{place}} from here. Is this computer in its network?',
  noRoom: 'What answers at {{place}} is not a Tutti room. Is the port right?',
  unproved:
    "What answers at {{place}} does not know the code: nothing was said to it but this computer's name. Ask your teacher whether that is the right address.",

  // The network of this computer.
  noInterface: 'This computer has no network interface. Connect it to the network of the room, by cable or Wi-Fi.',
  portTaken: 'Another program uses {{place}} already. Close it, or choose another port.',

  // Devices that fetch files by TFTP.
  usualBlock: 'blocks of {{bytes}} bytes, because the device names no size',
  askedBlock: 'blocks of {{bytes}} bytes, as the device asks',
  fittingBlock: "blocks of {{bytes}} bytes, because they fit the network's packets of {{mtu}}",
  numberedBlock: 'blocks of {{bytes}} bytes, because a group has no more than 65,535 of them',
  shortBlock: 'short blocks, because {{share}} are lost',
  groupTooSmall: 'by unicast, because a group would need blocks of {{bytes}} bytes, more than the device takes',
  askedWindow: 'windows of {{blocks}} blocks, as the device asks',
  lessWindow: 'windows of {{blocks}} blocks, because {{why}}',
  muchLost: 'much is lost',
  othersSend: 'other sessions send too',
  bufferFull: "a device's buffer holds no more",
  askedTimeout: 'a timeout of {{seconds}} s, as the device asks',
  usualTimeout: 'a timeout of {{seconds}} s at most',
  moreSessions: '{{why}}, because {{sessions}} more sessions run',
  gotStuck: 'It does not answer any more',
  neverAnswered: 'It never answered',
  leftAtEnd: 'It did not acknowledge the last block, but may have it',
  laterMaster: 'It did not answer as the master; its turn comes again',
  slowMaster: 'It holds up the others; its turn comes again',
  deviceEnded: 'It ended the transfer: "{{why}}"',
  deviceStrange: 'It sent what does not belong there: {{why}}',
  deviceChanged: 'It asked for something else',
  sharedChanged: 'The file changed while it was sent',
  tftpPortTaken: '{{place}} is in use: another TFTP server runs on this computer. Close it, or take another port.',
  tftpPortForbidden: 'Port {{port}} is for administrators on this computer: take {{other}}, or start as one.',
  notShared: 'There is no such file in the shared folder: {{name}}',
  sharedGone: 'The folder “{{folder}}” is not there: choose another folder.',
  sharedForbidden: 'The folder “{{folder}}” cannot be shared: {{why}}.',
  sharedNoFolder: '“{{folder}}” is a file: devices are shown a folder.',

  // Channels.
  channelTaken: 'The channel {{subject}} is being published already.',
  channelStuck: 'The channel {{subject}} stands still: {{why}}',
  manyChannels: 'A publisher has up to {{count}} channels: close one, or use a second machine.',
  watchedGone: 'The folder cannot be read: {{why}}.',
  notPublished: '“{{name}}” cannot be published: {{why}}.',
  changedMeanwhile:
    '“{{name}}” changed while it was being published; it comes again when nothing writes to it any more.',
  packetsLost: 'Some of its packets were lost, and nobody has them any more.',
  abandoned: 'It changed while it was being published.',
  unfinished: 'Its publisher stopped in the middle of it.',
  otherDigest: 'It is not what its publisher sent: its digest is another.',
  otherArchive: 'This channel has another archive already.',
  packetsFull: 'The disk is full: free some space for the packets in “{{directory}}”, or let fewer be kept.',
  packetsForbidden:
    'This computer does not allow writing to “{{directory}}”, where packets are kept: choose another folder.',
  packetsInUse: 'Another program keeps its packets in “{{directory}}”: end it, or choose another folder.',
  packetsDamaged: 'The packets in “{{directory}}” are damaged: move that folder away and start again.',
} as const;
