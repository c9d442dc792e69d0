import type { i18n } from 'i18next';
import type { MemberState, TransmissionMode } from '../ipc/events';
import type { IncomingView, MemberView, RoundView, TransferView } from '../ipc/snapshots';
import { formatBytes, formatDuration, formatPercent } from './format';
import { english } from './i18n';
import { plainText } from './plain-text';
import { reasonInWords } from './reasons';

/** What happens, said plainly: the same words in the terminal and in the windows, English where nothing else is asked for. */

const NAME_CHARS = 40;
const REASON_CHARS = 200;
/** A sentence that names more people than this is no longer read. */
const MAX_NAMED = 3;

/** One word or two for a state, as used in counts: "10 complete, 2 receiving". */
export function stateInWords(state: MemberState, i18n = english): string {
  return i18n.t(`sentences:state.${state}`);
}

/** Where a student stands: "repairing in round 2", "3.1 MB missing", "by TCP: no multicast", "failed: the disk is full". */
export function memberInWords(
  member: Pick<MemberView, 'state' | 'why' | 'missingBytes' | 'progress'>,
  transmission: number,
  i18n = english,
): string {
  const state = stateInWords(member.state, i18n);
  switch (member.state) {
    case 'waiting':
      if (member.why !== undefined) return withReason(state, member.why, i18n);
      return member.progress > 0 && member.missingBytes > 0 ? missing(member.missingBytes, i18n) : state;
    case 'repairing':
      return transmission > 0 ? i18n.t('sentences:repairingRound', { round: transmission }) : state;
    case 'filling':
    case 'failed':
    case 'away':
      return withReason(state, member.why, i18n);
    default:
      return state;
  }
}

/** How a transmission travels. */
export function modeInWords(mode: TransmissionMode, i18n = english): string {
  return i18n.t(`sentences:mode.${mode}`);
}

/** "First pass" for transmission 0, "Round n" for the retransmissions. */
export function roundInWords({ transmission }: Pick<RoundView, 'transmission'>, i18n = english): string {
  return transmission === 0 ? i18n.t('sentences:firstPass') : i18n.t('sentences:round', { round: transmission });
}

/** "12 files, 60.1 MB". */
export function contentInWords(
  { files, contentBytes }: { readonly files: readonly unknown[]; readonly contentBytes: number },
  i18n = english,
): string {
  const size = formatBytes(contentBytes, i18n);
  return i18n.t('sentences:content', { files: i18n.t('sentences:files', { count: files.length }), size });
}

/** What the transfer as a whole is doing. */
export function phaseInWords(
  transfer: Pick<TransferView, 'phase' | 'paused' | 'rounds' | 'failure'>,
  i18n = english,
): string {
  if (transfer.paused) return i18n.t('sentences:phase.paused');
  const round = transfer.rounds.at(-1)?.transmission ?? 0;
  switch (transfer.phase) {
    case 'announcing':
      return round === 0 ? i18n.t('sentences:phase.announcing') : i18n.t('sentences:phase.announcingRound', { round });
    case 'transmitting':
      return round === 0 ? i18n.t('sentences:phase.sending') : i18n.t('sentences:phase.sendingRound', { round });
    case 'failed':
      return withReason(i18n.t('sentences:phase.failed'), transfer.failure, i18n);
    default:
      return i18n.t(`sentences:phase.${transfer.phase}`);
  }
}

/** What is asked of a transfer to sum it up: one that is shown, or one of the history. */
export interface ClosedTransfer
  extends Pick<TransferView, 'totalBytes' | 'resentBytes' | 'filledBytes' | 'elapsedMs' | 'failure'> {
  readonly files: readonly unknown[];
  readonly permanent: readonly Pick<MemberView, 'name' | 'state' | 'why'>[];
  readonly rounds: readonly Pick<RoundView, 'transmission'>[];
}

/**
 * The one sentence that sums a transfer up: "27 of 27 have all 12 files. 31 s, 2 repair rounds, 3.2 % resent." It
 * names who failed and why.
 */
export function closingSentence(transfer: ClosedTransfer, i18n = english): string {
  const sentences = [whoHasWhat(transfer, i18n), ...whoFailed(transfer.permanent, i18n), whatItTook(transfer, i18n)];
  if (transfer.failure !== undefined) {
    sentences.unshift(asSentence(withReason(i18n.t('sentences:stopped'), transfer.failure, i18n)));
  }
  return sentences.join(' ');
}

/** What a student's own transfer is doing. */
export function incomingInWords(
  incoming: Pick<IncomingView, 'state' | 'transmission' | 'missingBytes' | 'failure'>,
  i18n = english,
): string {
  switch (incoming.state) {
    case 'repairing':
      return i18n.t('sentences:incoming.repairing', { round: incoming.transmission });
    case 'interrupted':
      return i18n.t('sentences:incoming.interrupted', { size: formatBytes(incoming.missingBytes, i18n) });
    case 'failed':
      return withReason(i18n.t('sentences:incoming.failed'), incoming.failure, i18n);
    default:
      return i18n.t(`sentences:incoming.${incoming.state}`);
  }
}

function whoHasWhat({ permanent, files }: ClosedTransfer, i18n: i18n): string {
  if (permanent.length === 0) return i18n.t('sentences:nobody');
  const count = permanent.filter((member) => member.state === 'complete').length;
  return i18n.t('sentences:have', { count, all: permanent.length, what: allOf(files.length, i18n) });
}

function allOf(count: number, i18n: i18n): string {
  return count === 2 ? i18n.t('sentences:bothFiles') : i18n.t('sentences:allFiles', { count });
}

function whoFailed(permanent: ClosedTransfer['permanent'], i18n: i18n): string[] {
  const failed = permanent.filter((member) => member.state === 'failed');
  const named = failed.slice(0, MAX_NAMED).map((member) => {
    const who = i18n.t('sentences:memberFailed', { name: plainText(member.name, NAME_CHARS) });
    return asSentence(withReason(who, member.why, i18n));
  });
  const others = failed.length - named.length;
  return others > 0 ? [...named, i18n.t('sentences:moreFailed', { count: others })] : named;
}

function whatItTook(transfer: ClosedTransfer, i18n: i18n): string {
  const { totalBytes, resentBytes, filledBytes } = transfer;
  const count = transfer.rounds.filter((round) => round.transmission > 0).length;
  const parts = [formatDuration(transfer.elapsedMs, i18n)];
  if (count > 0) parts.push(i18n.t('sentences:repairRounds', { count }));
  if (resentBytes > 0) parts.push(i18n.t('sentences:resent', { share: formatPercent(resentBytes / totalBytes, i18n) }));
  if (filledBytes > 0) parts.push(i18n.t('sentences:byTcp', { size: formatBytes(filledBytes, i18n) }));
  if (parts.length === 1) parts.push(i18n.t('sentences:nothingResent'));
  return `${parts.join(', ')}.`;
}

function missing(bytes: number, i18n: i18n): string {
  return i18n.t('sentences:missing', { size: formatBytes(bytes, i18n) });
}

function withReason(words: string, reason: string | undefined, i18n: i18n): string {
  if (reason === undefined || reason === '') return words;
  return i18n.t('sentences:withReason', { words, reason: plainText(reasonInWords(reason, i18n), REASON_CHARS) });
}

function asSentence(text: string): string {
  return /[.!?…]$/u.test(text) ? text : `${text}.`;
}
