import type { DiagnosisView } from '../../src-shared/ipc/snapshots';
import type { ProbeReport } from '../../src-shared/wire/messages';

/** What the network doctor makes of one examination (PROTOCOL.md section 5.5). */

export interface ProbeCounts {
  readonly slow: number;
  readonly fast: number;
}

/** What one student said; `gone` left meanwhile, `silent` never answered. */
export type Hearing = 'gone' | 'silent' | Pick<ProbeReport, 'slow' | 'fast' | 'adapter' | 'elsewhere'>;

/** Less than this share of lost probes is what a healthy network loses, and the first round mends. */
const HEALTHY_LOSS = 0.02;

type Heard = Exclude<Hearing, string>;
type Cause = NonNullable<DiagnosisView['cause']>;

/** A verdict on every student, and the likely cause where something is wrong; it takes all of them to tell causes apart. */
export function diagnose(sent: ProbeCounts, hearings: ReadonlyMap<string, Hearing>): DiagnosisView[] {
  const reports = [...hearings.values()].filter((hearing) => typeof hearing !== 'string');
  return [...hearings].map(([student, hearing]) => {
    const total = sent.slow + sent.fast;
    if (typeof hearing === 'string') {
      const cause = hearing === 'gone' ? { cause: 'gone' as const } : {};
      return { student, sent: total, received: 0, verdict: 'noAnswer', ...cause };
    }
    // A student that claims more than was sent heard all of it at most.
    const received = Math.min(total, hearing.slow + hearing.fast);
    const verdict = verdictOf(received, total);
    const cause = causeOf(hearing, verdict, sent, reports);
    return { student, sent: total, received, verdict, ...(cause === undefined ? {} : { cause }) };
  });
}

function verdictOf(received: number, sent: number): 'good' | 'lossy' | 'none' {
  if (received === 0) return 'none';
  return isHealthy(received, sent) ? 'good' : 'lossy';
}

function isHealthy(received: number, sent: number): boolean {
  return received >= sent * (1 - HEALTHY_LOSS);
}

function causeOf(
  hearing: Heard,
  verdict: 'good' | 'lossy' | 'none',
  sent: ProbeCounts,
  all: readonly Heard[],
): Cause | undefined {
  if (verdict === 'good') return undefined;
  return verdict === 'lossy' ? causeOfLoss(hearing, sent) : causeOfSilence(hearing, all);
}

function causeOfLoss({ adapter, slow }: Heard, sent: ProbeCounts): Cause | undefined {
  if (adapter === 'wifi') return 'wifi';
  // Everything while it is easy, not everything when it comes fast: the computer or its link cannot keep up.
  return isHealthy(slow, sent.slow) ? 'overload' : undefined;
}

function causeOfSilence({ adapter, elsewhere }: Heard, all: readonly Heard[]): Cause {
  if (elsewhere) return 'wrongAdapter';
  const others = all.filter(hears);
  // Somebody with the same kind of adapter hears: the network carries it, so this computer keeps it out.
  if (others.some((other) => other.adapter === adapter)) return 'firewall';
  // Access points that keep multicast, or one client's traffic, from their clients.
  if (adapter === 'wifi') return 'isolation';
  if (others.length > 0 || all.length === 1) return 'firewall';
  // Nobody on the cable hears: a switch filters groups by reports (IGMP) that nobody asks for.
  return 'snooping';
}

function hears({ slow, fast }: Heard): boolean {
  return slow + fast > 0;
}
