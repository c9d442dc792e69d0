import type { Help, MemberView, TeacherSnapshot, TransferView } from '../../../src-shared/ipc/snapshots';
import { isOver, lastRound } from '../../stores/transfer-selectors';

/** What the Send home reads out of the picture; pure, so that its components draw and nothing else. */

type Transfers = TeacherSnapshot['transfers'];

export function isQueued({ phase }: TransferView): boolean {
  return phase === 'queued';
}

/** The transfer to show large: the one under way, else what the teacher did last, be it over or still waiting. */
export function shownTransfer(transfers: Transfers): TransferView | undefined {
  const running = transfers.find((transfer) => !isQueued(transfer) && !isOver(transfer));
  if (running !== undefined) return running;
  const over = transfers.find(isOver);
  const waiting = transfers.find(isQueued);
  if (over === undefined || waiting === undefined) return over ?? waiting;
  return waiting.createdAt > over.createdAt ? waiting : over;
}

/** What waits besides the one that is shown, in the order in which it will start. */
export function queueOf(transfers: Transfers, shown: TransferView): TransferView[] {
  return transfers.filter((transfer) => isQueued(transfer) && transfer !== shown);
}

/** What is over besides the one that is shown, newest first. */
export function earlierOf(transfers: Transfers, shown: TransferView): TransferView[] {
  return transfers.filter((transfer) => isOver(transfer) && transfer !== shown);
}

export function isRunning(transfers: Transfers): boolean {
  return transfers.some((transfer) => !isQueued(transfer) && !isOver(transfer));
}

/** Bytes per second that a transfer to this room takes: now, else the last time; undefined before the first. */
export function expectedRate(transfers: Transfers): number | undefined {
  const sending = transfers.find(({ rate, phase }) => phase === 'transmitting' && rate > 0);
  if (sending !== undefined) return sending.rate;
  const last = transfers.find(
    ({ phase, elapsedMs, totalBytes }) => phase === 'finished' && elapsedMs > 0 && totalBytes > 0,
  );
  return last === undefined ? undefined : (last.totalBytes / last.elapsedMs) * 1000;
}

/** How long the transmission under way takes from now, in ms; undefined while nothing is being sent. */
export function timeLeft(transfer: TransferView): number | undefined {
  const round = lastRound(transfer);
  if (transfer.paused || transfer.rate <= 0 || round?.state !== 'running') return undefined;
  return ((round.bytes * (1 - round.progress)) / transfer.rate) * 1000;
}

/** Seconds of music in a transfer, as far as its files say. */
export function musicSeconds({ files }: Pick<TransferView, 'files'>): number {
  return files.reduce((sum, { track }) => sum + (track?.duration ?? 0), 0);
}

export interface Remedy {
  readonly help: Help;
  /** Whom it is for; none where it is about the teacher's own files. */
  readonly students: readonly string[];
}

/** The one thing that helps most after a transfer: its own, else what helps most of those who failed. */
export function remedyFor({ help, permanent }: Pick<TransferView, 'help' | 'permanent'>): Remedy | undefined {
  if (help !== undefined) return { help, students: idsOf(permanent.filter(({ state }) => state !== 'complete')) };
  const failed = permanent.filter(({ state }) => state === 'failed');
  const options = (['retry', 'tcp', 'show'] as const).map((option) => ({
    help: option,
    students: idsOf(failed.filter((member) => member.help === option)),
  }));
  const best = options.reduce((most, option) => (option.students.length > most.students.length ? option : most));
  return best.students.length > 0 ? best : undefined;
}

function idsOf(members: readonly MemberView[]): string[] {
  return members.map(({ id }) => id);
}
