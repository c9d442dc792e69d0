import { seededRandom } from './seeded-random';

/**
 * A test aid: loses, doubles and reorders what a receiver gets, so that the demo and the tests have something to repair
 * on a network without faults. Switched on by the environment variable TUTTI_IMPAIR, such as
 * `loss=0.05,burst=8,seed=7,duplicate=0.01,reorder=0.01`.
 */
export interface ImpairmentSettings {
  /** Share of datagrams lost, 0…1. */
  readonly loss: number;
  /** Mean number of datagrams lost in a row; never fewer than independent losses give by chance. */
  readonly burst: number;
  /** Share of datagrams delivered twice, 0…1. */
  readonly duplicate: number;
  /** Share of datagrams delivered after their successor, 0…1. */
  readonly reorder: number;
  readonly seed: number;
}

/** TUTTI_IMPAIR is not what it should be; the message says what it should be. */
export class ImpairmentError extends Error {
  override readonly name = 'ImpairmentError';
  constructor(part: string) {
    super(
      `TUTTI_IMPAIR: “${part}” is not understood. It looks like ` +
        'loss=0.05,burst=8,duplicate=0.01,reorder=0.01,seed=7: shares from 0 to 1, whole numbers for burst and seed.',
    );
  }
}

const NONE: ImpairmentSettings = { loss: 0, burst: 1, duplicate: 0, reorder: 0, seed: 1 };

/** @throws ImpairmentError */
export function parseImpairment(text: string): ImpairmentSettings {
  const settings: Record<string, number> = { ...NONE };
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.trim().split('=');
    if (!(name in NONE) || !isValid(name, value)) throw new ImpairmentError(part);
    settings[name] = Number(value);
  }
  return { ...NONE, ...settings };
}

function isValid(name: string, value: string): boolean {
  const number = Number(value);
  if (value === '' || !(number >= 0)) return false;
  if (name === 'seed') return Number.isSafeInteger(number);
  return name === 'burst' ? Number.isSafeInteger(number) && number >= 1 : number <= 1;
}

/**
 * The impairment that the environment asks for, if any. Made once a process and used for all its transmissions:
 * one made anew would lose the same datagrams of every round.
 * @throws ImpairmentError
 */
export function impairmentFromEnvironment(environment: NodeJS.ProcessEnv): Impairment | undefined {
  const text = environment.TUTTI_IMPAIR;
  if (text === undefined || text.trim() === '') return undefined;
  const settings = parseImpairment(text);
  return new Impairment(settings, seededRandom(settings.seed));
}

export class Impairment {
  private losing = false;

  constructor(
    private readonly settings: ImpairmentSettings,
    private readonly random: () => number,
  ) {}

  /**
   * A receiver's callback that gets only what survives. A datagram held back for reordering is lost where none follows.
   */
  wrap<A extends readonly unknown[]>(deliver: (...datagram: A) => void): (...datagram: A) => void {
    let held: A | undefined;
    return (...datagram) => {
      if (this.loses()) return;
      if (held === undefined && this.random() < this.settings.reorder) {
        held = datagram;
        return;
      }
      deliver(...datagram);
      if (this.random() < this.settings.duplicate) deliver(...datagram);
      if (held !== undefined) deliver(...held);
      held = undefined;
    };
  }

  /** Two states (Gilbert): a burst goes on with 1 - 1/burst, and starts as often as gives `loss` in the long run. */
  private loses(): boolean {
    const { loss } = this.settings;
    if (loss >= 1) return true;
    const burst = Math.max(this.settings.burst, 1 / (1 - loss));
    const enter = Math.min(1, loss / (burst * (1 - loss)));
    this.losing = this.random() < (this.losing ? 1 - 1 / burst : enter);
    return this.losing;
  }
}
