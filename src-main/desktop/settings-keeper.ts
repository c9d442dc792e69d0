import type { SettingsView } from '../../src-shared/ipc/contract';
import type { Language } from '../../src-shared/text/i18n';
import type { Policy } from './policy';
import type { Settings, SettingsFile } from './settings';

/** A person wants to change what this machine's policy fixes. */
export class FixedSettingError extends Error {}

/** The settings as they hold: the person's own, overruled by the machine's policy. */
export class SettingsKeeper {
  readonly policy: Policy | undefined;
  readonly #file: SettingsFile;
  readonly #systemLanguage: Language;

  constructor(parts: { file: SettingsFile; policy: Policy | undefined; systemLanguage: Language }) {
    this.#file = parts.file;
    this.policy = parts.policy;
    this.#systemLanguage = parts.systemLanguage;
  }

  get settings(): Settings {
    return { ...this.#file.settings, ...this.policy?.settings };
  }

  get view(): SettingsView {
    return {
      ...this.settings,
      systemLanguage: this.#systemLanguage,
      fixed: Object.keys(this.policy?.settings ?? {}),
    };
  }

  /** What is spoken in this program now. */
  get language(): Language {
    const { language } = this.settings;
    return language === 'system' ? this.#systemLanguage : language;
  }

  /** True for a setting that the machine's policy fixes. */
  isFixed(key: keyof Settings): boolean {
    return key in (this.policy?.settings ?? {});
  }

  /** True where the machine's policy has made this a receiver for good. */
  get receivesOnly(): boolean {
    return this.policy?.settings.role === 'student';
  }

  /**
   * Changes some settings. @throws FixedSettingError with `sentence` where the policy has another value for one of
   * them; otherwise the file system's error, as SettingsFile.change.
   */
  change(changes: Partial<Settings>, sentence: string): void {
    const fixed: Partial<Settings> = this.policy?.settings ?? {};
    const keys = Object.keys(changes) as (keyof Settings)[];
    if (keys.some((key) => key in fixed && fixed[key] !== changes[key])) throw new FixedSettingError(sentence);
    this.#file.change(Object.fromEntries(keys.filter((key) => !(key in fixed)).map((key) => [key, changes[key]])));
  }
}
