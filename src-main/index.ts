import { userInfo } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import log from 'electron-log/main';
import { DesktopApplication } from './desktop/application';
import type { Engine, EngineListener, EngineStart } from './desktop/engine';
import { readEnvironment } from './desktop/environment';
import { FixtureEngine } from './desktop/fixture-engine';
import { SettingsFile } from './desktop/settings';
import { WorkerEngine } from './desktop/worker-engine';

/** Composition root of the desktop program; this file becomes out/main/index.js. */
const here = import.meta.dirname;
const assets = join(here, '../../assets');
const environment = readEnvironment(process.env);

log.initialize({ preload: false });
log.errorHandler.startCatching({ showDialog: false });
if (environment.userData !== undefined) app.setPath('userData', environment.userData);

if (app.requestSingleInstanceLock()) run();
else app.quit();

function run(): void {
  const desktop = new DesktopApplication({
    environment,
    settings: new SettingsFile(join(app.getPath('userData'), 'settings.json'), {
      role: null,
      name: userInfo().username,
      folder: join(app.getPath('music'), 'Tutti'),
      address: null,
    }),
    files: {
      renderer: join(here, '../renderer'),
      preload: join(here, '../preload/preload.cjs'),
      icon: join(assets, 'icon.png'),
      trayIcon: join(assets, process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png'),
    },
    startEngine,
  });
  app.on('second-instance', () => desktop.showWindow());
  app.on('activate', () => desktop.showWindow());
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', () => desktop.prepareToQuit());
  app.once('will-quit', (event) => {
    event.preventDefault();
    void desktop.stop().finally(() => app.exit());
  });
  void app.whenReady().then(() => desktop.start());
}

function startEngine(start: EngineStart, listener: EngineListener): Engine {
  const { fixture } = environment;
  // A recording never stands in for the network in a program that people have installed.
  if (fixture !== undefined && !app.isPackaged) return new FixtureEngine(fixture, listener);
  return new WorkerEngine(join(here, 'engine-worker.js'), start, listener);
}
