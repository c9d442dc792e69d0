import { existsSync } from 'node:fs';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import type { Dialogs } from './dialogs';
import type { CommandAnswer, CommandArgument, StudentCommand, TeacherCommand } from './engine';
import type { EngineHost } from './engine-host';
import { historyText, writeWhole } from './history-file';
import type { FileManager, ReceivedFiles } from './received-files';
import type { Handlers } from './request-handlers';
import type { Settings } from './settings';
import type { SettingsChanges } from './settings-changes';
import { t } from './texts';

/** What the window's requests are carried out with. */
export interface HandlerParts {
  readonly host: EngineHost;
  readonly dialogs: Dialogs;
  readonly received: ReceivedFiles;
  readonly system: FileManager;
  settings(): Settings;
  tellEverything(): void;
  readonly changes: SettingsChanges;
}

/** Every request of the contract, each by what carries it out. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { host, dialogs, received, changes } = parts;
  const passOn =
    <N extends TeacherCommand | StudentCommand>(name: N) =>
    (argument: CommandArgument<N>): Promise<CommandAnswer<N>> =>
      host.command(name, argument);
  return {
    attach: async () => done(parts.tellEverything()),
    introduce: async (answer) => done(await changes.introduce(answer)),
    prefer: async (wanted) => done(await changes.prefer(wanted)),
    restart: async () => done(await host.restart()),
    send: passOn('send'),
    choose: async ({ kind, audience, start }) => {
      const paths = await dialogs.pickToSend(kind);
      if (paths.length > 0) await host.command('send', { paths: [...paths], audience, start });
      return undefined;
    },
    startNow: passOn('startNow'),
    pause: passOn('pause'),
    resume: passOn('resume'),
    cancel: passOn('cancel'),
    retry: passOn('retry'),
    showSource: async ({ transfer }) => done(showSource(parts.system, await host.command('sourceOf', { transfer }))),
    letIn: passOn('letIn'),
    newCode: passOn('newCode'),
    renameStudent: passOn('renameStudent'),
    unpair: passOn('unpair'),
    setGroup: passOn('setGroup'),
    renameGroup: passOn('renameGroup'),
    removeGroup: passOn('removeGroup'),
    examine: passOn('examine'),
    publish: async ({ subject }) => {
      const folder = await dialogs.pickChannelFolder();
      return done(folder === undefined ? undefined : await changes.publish(subject, folder));
    },
    unpublish: async ({ subject }) => done(await changes.unpublish(subject)),
    follow: async (wanted) => done(await changes.follow(wanted)),
    unfollow: async ({ pattern }) => done(await changes.unfollow(pattern)),
    setArchive: async ({ on }) => done(await changes.setArchive(on)),
    setDevices: async ({ on }) => {
      if (!on || parts.settings().devicesFolder !== null) return done(await changes.changeDevices({ devicesOn: on }));
      const devicesFolder = await dialogs.pickDevicesFolder(null);
      if (devicesFolder === undefined) return undefined;
      return done(await changes.changeDevices({ devicesOn: on, devicesFolder }));
    },
    chooseDevicesFolder: async () => {
      const devicesFolder = await dialogs.pickDevicesFolder(parts.settings().devicesFolder);
      return done(devicesFolder === undefined ? undefined : await changes.changeDevices({ devicesFolder }));
    },
    setDevicesPort: async ({ port }) => done(await changes.changeDevices({ devicesPort: port })),
    history: passOn('history'),
    exportHistory: async (wanted) => {
      const text = historyText(await host.command('history', undefined), wanted);
      const path = await dialogs.pickExport(wanted.format);
      if (path !== undefined) await writeWhole(path, text);
      return { written: path !== undefined };
    },
    clearHistory: passOn('clearHistory'),
    pair: passOn('pair'),
    forget: passOn('forget'),
    connect: async ({ address }) =>
      done(await changes.changeAddress(address === null ? null : hostAndPort(address.host, address.port))),
    receive: passOn('receive'),
    chooseFolder: async () => {
      const folder = await dialogs.pickFolder(parts.settings());
      return done(folder === undefined ? undefined : await changes.changeFolder(folder));
    },
    show: async ({ transfer, file = 0 }) =>
      done(await received.show(transfer === undefined ? undefined : { transfer, file })),
    open: async (file) => done(await received.open(file)),
  };
}

/** An answer that says no more than that it is done. */
function done(_nothing: unknown): undefined {
  return undefined;
}

function showSource(system: FileManager, path: string | undefined): void {
  if (path === undefined || !existsSync(path)) throw new Error(t('desktop:noSource'));
  system.showItemInFolder(path);
}
