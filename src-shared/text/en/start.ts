export const start = {
  title: 'Welcome to Tutti',
  lead: 'Music files for the whole room, at once.',
  question: 'What do you do?',
  teacher: 'I teach',
  teacherDetail: 'Drop music on the window, and everyone in the room has it.',
  student: 'I receive',
  studentDetail: 'Music from your teacher arrives by itself, also while the window is closed.',
  name: 'Your name',
  nameHint: 'This is how the others in the room see you.',
  roomHint: 'Students find your room by this name, for example “Ms Rivera, room 12”.',
  nameMissing: 'Enter a name, so that the others know who you are.',
  start: 'Start',
} as const;
