import type { MemberState, TransmissionMode } from '../ipc/events';
import type { IncomingView, MemberView, RoundView, TransferView } from '../ipc/snapshots';
import { countOf, formatBytes, formatDuration, formatPercent } from './format';
import { plainText } from './plain-text';

/** What happens, said in plain English: the same words in the terminal and in the windows. */

const NAME_CHARS = 40;
const REASON_CHARS = 200;
/** A sentence that names more people than this is no longer read. */
const MAX_NAMED = 3;

const STATES: Record<MemberState, string> = {
  waiting: 'waiting',
  receiving: 'receiving',
  repairing: 'repairing',
  filling: 'by TCP',
  storing: 'storing',
  complete: 'complete',
  away: 'away',
  failed: 'failed',
};

/** One word or two for a state, as used in counts: "10 complete, 2 receiving". */
export function stateInWords(state: MemberState): string {
  return STATES[state];
}

/** Where a student stands: "repairing in round 2", "3.1 MB missing", "by TCP: no multicast", "failed: the disk is full". */
export function memberInWords(
  member: Pick<MemberView, 'state' | 'why' | 'missingBytes' | 'progress'>,
  transmission: number,
): string {
  switch (member.state) {
    case 'waiting':
      if (member.why !== undefined) return withReason(STATES.waiting, member.why);
      return member.progress > 0 && member.missingBytes > 0 ? `${formatBytes(member.missingBytes)} missing` : 'waiting';
    case 'repairing':
      return transmission > 0 ? `repairing in round ${transmission}` : 'repairing';
    case 'filling':
    case 'failed':
    case 'away':
      return withReason(STATES[member.state], member.why);
    default:
      return STATES[member.state];
  }
}

/** How a transmission travels. */
export function modeInWords(mode: TransmissionMode): string {
  return { plain: 'multicast', coded: 'multicast with parity', tcp: 'TCP' }[mode];
}

/** "First pass" for transmission 0, "Round n" for the retransmissions. */
export function roundInWords(round: Pick<RoundView, 'transmission'>): string {
  return round.transmission === 0 ? 'First pass' : `Round ${round.transmission}`;
}

/** "12 files, 60.1 MB". */
export function contentInWords(transfer: Pick<TransferView, 'files' | 'contentBytes'>): string {
  return `${countOf(transfer.files.length, 'file')}, ${formatBytes(transfer.contentBytes)}`;
}

/** What the transfer as a whole is doing. */
export function phaseInWords(transfer: Pick<TransferView, 'phase' | 'paused' | 'rounds' | 'failure'>): string {
  if (transfer.paused) return 'paused';
  const transmission = transfer.rounds.at(-1)?.transmission ?? 0;
  switch (transfer.phase) {
    case 'queued':
      return 'queued';
    case 'announcing':
      return transmission === 0 ? 'announcing' : `announcing round ${transmission}`;
    case 'transmitting':
      return transmission === 0 ? 'sending' : `sending round ${transmission}`;
    case 'reporting':
      return 'collecting the reports';
    case 'waiting':
      return 'waiting for students';
    case 'finished':
      return 'finished';
    case 'failed':
      return withReason('failed', transfer.failure);
  }
}

/**
 * The one sentence that sums a transfer up: "27 of 27 have all 12 files. 31 s, 2 repair rounds, 3.2 % resent." It
 * names who failed and why.
 */
export function closingSentence(
  transfer: Pick<
    TransferView,
    'files' | 'permanent' | 'rounds' | 'totalBytes' | 'resentBytes' | 'filledBytes' | 'elapsedMs' | 'failure'
  >,
): string {
  const sentences = [whoHasWhat(transfer), ...whoFailed(transfer.permanent), whatItTook(transfer)];
  if (transfer.failure !== undefined)
    sentences.unshift(asSentence(`Stopped: ${plainText(transfer.failure, REASON_CHARS)}`));
  return sentences.join(' ');
}

/** What a student's own transfer is doing. */
export function incomingInWords(
  incoming: Pick<IncomingView, 'state' | 'transmission' | 'missingBytes' | 'failure'>,
): string {
  switch (incoming.state) {
    case 'receiving':
      return 'receiving';
    case 'repairing':
      return `repairing in round ${incoming.transmission}`;
    case 'storing':
      return 'storing the files';
    case 'complete':
      return 'complete';
    case 'interrupted':
      return `interrupted, ${formatBytes(incoming.missingBytes)} missing`;
    case 'failed':
      return withReason('failed', incoming.failure);
  }
}

function whoHasWhat({ permanent, files }: Pick<TransferView, 'permanent' | 'files'>): string {
  if (permanent.length === 0) return 'Nobody was in the room.';
  const complete = permanent.filter((member) => member.state === 'complete').length;
  return `${complete} of ${permanent.length} ${complete === 1 ? 'has' : 'have'} ${allOf(files.length)}.`;
}

function allOf(files: number): string {
  if (files === 1) return 'the file';
  return files === 2 ? 'both files' : `all ${files} files`;
}

function whoFailed(permanent: readonly MemberView[]): string[] {
  const failed = permanent.filter((member) => member.state === 'failed');
  const named = failed.slice(0, MAX_NAMED).map((member) => {
    const who = `${plainText(member.name, NAME_CHARS)} failed`;
    return asSentence(withReason(who, member.why));
  });
  const others = failed.length - named.length;
  return others > 0 ? [...named, `So did ${others} more.`] : named;
}

function whatItTook(
  transfer: Pick<TransferView, 'rounds' | 'totalBytes' | 'resentBytes' | 'filledBytes' | 'elapsedMs'>,
): string {
  const rounds = transfer.rounds.filter((round) => round.transmission > 0).length;
  const parts = [formatDuration(transfer.elapsedMs)];
  if (rounds > 0) parts.push(countOf(rounds, 'repair round'));
  if (transfer.resentBytes > 0) parts.push(`${formatPercent(transfer.resentBytes / transfer.totalBytes)} resent`);
  if (transfer.filledBytes > 0) parts.push(`${formatBytes(transfer.filledBytes)} by TCP`);
  if (parts.length === 1) parts.push('nothing resent');
  return `${parts.join(', ')}.`;
}

function withReason(words: string, reason: string | undefined): string {
  return reason === undefined || reason === '' ? words : `${words}: ${plainText(reason, REASON_CHARS)}`;
}

function asSentence(text: string): string {
  return /[.!?…]$/u.test(text) ? text : `${text}.`;
}
