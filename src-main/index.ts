import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import log from 'electron-log/main';
import { languageOf } from '../src-shared/text/i18n';
import { DesktopApplication } from './desktop/application';
import type { Engine, EngineListener, EngineStart } from './desktop/engine';
import { readEnvironment } from './desktop/environment';
import { FixtureEngine } from './desktop/fixture-engine';
import { HIDDEN_SWITCH, isHiddenStart } from './desktop/login-item';
import { policyPlaces, readPolicy } from './desktop/policy';
import { DEFAULT_SETTINGS, SettingsFile } from './desktop/settings';
import { SettingsKeeper } from './desktop/settings-keeper';
import { createTestView } from './desktop/test-view';
import { WorkerEngine } from './desktop/worker-engine';

/** Composition root of the desktop program; this file becomes out/main/index.js. */
const here = import.meta.dirname;
const assets = join(here, '../../assets');
const environment = readEnvironment(process.env);
// A recording never stands in for the network in a program that people have installed.
const fixture = app.isPackaged ? undefined : environment.fixture;
const testView = createTestView(fixture !== undefined);

log.initialize({ preload: false });
log.errorHandler.startCatching({ showDialog: false });
// Windows shows notifications of programs that have a name of their own only: the one of electron-builder.yml.
app.setAppUserModelId('org.tutti.app');
if (environment.userData !== undefined) app.setPath('userData', environment.userData);

if (app.requestSingleInstanceLock()) void app.whenReady().then(run);
else app.quit();

function run(): void {
  const desktop = new DesktopApplication({
    environment,
    keeper: settingsKeeper(),
    files: {
      renderer: join(here, '../renderer'),
      preload: join(here, '../preload/preload.cjs'),
      icon: join(assets, 'icon.png'),
      trayIcons: join(assets, 'tray'),
    },
    startEngine,
    onNews: (news) => testView.news.push(news),
  });
  testView.trayMenu = () => desktop.trayMenu;
  app.on('second-instance', (_event, argv) => {
    if (!argv.includes(HIDDEN_SWITCH)) desktop.showWindow();
  });
  app.on('activate', () => desktop.showWindow());
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', () => desktop.prepareToQuit());
  app.once('will-quit', (event) => {
    event.preventDefault();
    void desktop.stop().finally(() => app.exit());
  });
  desktop.start({ hidden: isHiddenStart(process.argv) });
}

/** The system's language is known only once the system is ready. */
function settingsKeeper(): SettingsKeeper {
  return new SettingsKeeper({
    file: new SettingsFile(join(app.getPath('userData'), 'settings.json'), {
      ...DEFAULT_SETTINGS,
      role: null,
      name: userInfo().username,
      folder: join(app.getPath('music'), 'Tutti'),
      address: null,
    }),
    policy: readPolicy(policyPlaces(process.env, process.platform), hostname()),
    systemLanguage: languageOf(app.getLocale()),
  });
}

function startEngine(start: EngineStart, listener: EngineListener): Engine {
  if (fixture !== undefined) return new FixtureEngine(fixture, listener, testView.commands);
  return new WorkerEngine(join(here, 'engine-worker.js'), start, listener);
}
