import { channels } from './channels';
import { classroom } from './classroom';
import { common } from './common';
import { desktop } from './desktop';
import { devices } from './devices';
import { doctor } from './doctor';
import { library } from './library';
import { reasons } from './reasons';
import { receive } from './receive';
import { send } from './send';
import { sentences } from './sentences';
import { settings } from './settings';
import { shell } from './shell';
import { start } from './start';

/** Every text that a person reads in a window, a menu or a notification: one namespace a place. */
export const en = {
  channels,
  classroom,
  common,
  desktop,
  devices,
  doctor,
  library,
  reasons,
  receive,
  send,
  sentences,
  settings,
  shell,
  start,
} as const;
