import type { ParsedArgument } from '../../src-shared/ipc/contract';
import { messageOf } from '../../src-shared/text/message-of';
import type { EngineHost } from './engine-host';
import { channelsWanted, devicesWanted } from './engine-start';
import { isBusy } from './picture-state';
import { definedOnly, type Settings } from './settings';
import { FixedSettingError, type SettingsKeeper } from './settings-keeper';
import { t } from './texts';

/** The settings that an engine reads at its start. */
const ENGINE_SETTINGS = ['folderTemplate', 'conflict', 'rateMbit'] as const;

type DeviceSettings = Partial<Pick<Settings, 'devicesOn' | 'devicesFolder' | 'devicesPort'>>;

export interface SettingsChangesParts {
  readonly keeper: SettingsKeeper;
  readonly host: Pick<EngineHost, 'command' | 'picture' | 'restart' | 'restartWhenIdle'>;
  /** Starts the program at login, or not. @throws the system's error */
  startAtLogin(on: boolean): void;
  /** The settings are other ones now. */
  onChange(): void;
  /** A change holds, but not for long: one sentence. */
  onProblem(sentence: string): void;
}

/** What a person may change, and what follows from it. Every method throws an error with one sentence for people. */
export class SettingsChanges {
  readonly #parts: SettingsChangesParts;

  constructor(parts: SettingsChangesParts) {
    this.#parts = parts;
  }

  /** Another role needs another engine at once; another name can wait until nothing suffers from the new start. */
  async introduce({ role, name }: ParsedArgument<'introduce'>): Promise<void> {
    const { keeper, host } = this.#parts;
    const { settings } = keeper;
    if (role === settings.role && name === settings.name) return;
    const sameRole = role === settings.role;
    if (!sameRole && isBusy(host.picture)) throw new Error(t('desktop:stopFirst'));
    this.#change({ role, name });
    if (sameRole) host.restartWhenIdle();
    else await host.restart();
  }

  /** Language, look, login and notifications change at once; what the engine has to know, once nothing is on its way. */
  async prefer(wanted: ParsedArgument<'prefer'>): Promise<void> {
    const changes = definedOnly(wanted);
    this.#change(changes);
    if (ENGINE_SETTINGS.some((key) => key in changes)) this.#parts.host.restartWhenIdle();
    if ('startAtLogin' in changes) this.adoptLogin();
  }

  /** What is arriving still goes to the folder before. */
  async changeFolder(folder: string): Promise<void> {
    this.#change({ folder });
    this.#parts.host.restartWhenIdle();
  }

  /** Somebody who types an address wants to be there now: what was on its way goes on later. */
  async changeAddress(address: string | null): Promise<void> {
    this.#change({ address });
    await this.#parts.host.restart();
  }

  /** Devices may fetch files, or others, or no longer: at once, and the class does not notice. */
  async changeDevices(changes: DeviceSettings): Promise<void> {
    this.#change(changes);
    await this.#parts.host.command('serveDevices', devicesWanted(this.#parts.keeper.settings));
  }

  /** Publishes a folder as a channel. @throws Error where the subject is published already */
  async publish(subject: string, folder: string): Promise<void> {
    const { publications } = this.#parts.keeper.settings;
    if (publications.some((one) => one.subject === subject)) throw new Error(t('desktop:subjectTaken', { subject }));
    await this.#changeChannels({ publications: [...publications, { subject, folder }] });
  }

  async unpublish(subject: string): Promise<void> {
    const { publications } = this.#parts.keeper.settings;
    await this.#changeChannels({ publications: publications.filter((one) => one.subject !== subject) });
  }

  /** Follows channels from now on, also after a new start. */
  async follow(wanted: ParsedArgument<'follow'>): Promise<void> {
    const { subscriptions } = this.#parts.keeper.settings;
    const others = subscriptions.filter(({ pattern }) => pattern !== wanted.pattern);
    await this.#changeChannels({ subscriptions: [...others, wanted] });
  }

  async unfollow(pattern: string): Promise<void> {
    const { subscriptions } = this.#parts.keeper.settings;
    await this.#changeChannels({ subscriptions: subscriptions.filter((one) => one.pattern !== pattern) });
  }

  setArchive(archiveOn: boolean): Promise<void> {
    return this.#changeChannels({ archiveOn });
  }

  async #changeChannels(
    changes: Partial<Pick<Settings, 'publications' | 'subscriptions' | 'archiveOn'>>,
  ): Promise<void> {
    this.#change(changes);
    await this.#parts.host.command('serveChannels', channelsWanted(this.#parts.keeper.settings));
  }

  /** Makes the system start the program at login as the settings say. */
  adoptLogin(): void {
    try {
      this.#parts.startAtLogin(this.#parts.keeper.settings.startAtLogin);
    } catch (error) {
      throw new Error(t('desktop:loginNotChanged', { reason: messageOf(error) }));
    }
  }

  /** A file that cannot be written is a problem, yet the change holds until the program ends. */
  #change(changes: Partial<Settings>): void {
    try {
      this.#parts.keeper.change(changes, t('desktop:fixed'));
    } catch (error) {
      if (error instanceof FixedSettingError) throw error;
      this.#parts.onProblem(t('desktop:settingsNotSaved', { reason: messageOf(error) }));
    }
    this.#parts.onChange();
  }
}
