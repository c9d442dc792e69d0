import { TrustStore } from '../security/trust-store';

/** Whose channels are taken: by fingerprint only (PROTOCOL.md section 4.1). */
export interface PublisherTrustOptions {
  /** Only this one. */
  readonly pin?: string;
  /** The first one met, where none is known yet. */
  readonly firstUse: boolean;
}

export class PublisherTrust {
  private constructor(
    private readonly store: TrustStore,
    private readonly options: PublisherTrustOptions,
  ) {}

  /** @throws TrustStoreError */
  static async load(stateDir: string, options: PublisherTrustOptions): Promise<PublisherTrust> {
    return new PublisherTrust(await TrustStore.load(stateDir), options);
  }

  /** Whether anybody is trusted, or the first one met will be. */
  get isPossible(): boolean {
    return this.options.firstUse || this.options.pin !== undefined || this.store.list().length > 0;
  }

  /** @throws TrustStoreError where the first one met cannot be remembered */
  async accepts(fingerprint: string): Promise<boolean> {
    const { pin, firstUse } = this.options;
    if (pin !== undefined) return fingerprint === pin;
    if (firstUse && this.store.list().length === 0) await this.store.pin(fingerprint, '');
    return this.store.isTrusted(fingerprint);
  }
}
