import { LOSS_MAP_CELLS, type MemberView, type RoundView, type TransferView } from '../../src-shared/ipc/snapshots';

/** What the window reads out of a transfer; pure, so that a component draws and nothing else. */

export function isOver({ phase }: TransferView): boolean {
  return phase === 'finished' || phase === 'failed';
}

/** Who still misses something, in order of arrival: cards that change places all the time cannot be read. */
export function currentGroup(permanent: readonly MemberView[]): MemberView[] {
  return permanent.filter(({ current }) => current);
}

/** Everybody else of the permanent group: failed ones first, because they need the teacher. */
export function restOfGroup(permanent: readonly MemberView[]): MemberView[] {
  const rest = permanent.filter(({ current }) => !current);
  return [...rest.filter(needsHelp), ...rest.filter((member) => !needsHelp(member))];
}

function needsHelp({ state }: MemberView): boolean {
  return state === 'failed' || state === 'away';
}

export function completeCount(permanent: readonly MemberView[]): number {
  return permanent.filter(({ state }) => state === 'complete').length;
}

/** 0…1 of everything that everybody has to get. */
export function overallProgress({ permanent, phase }: TransferView): number {
  if (phase === 'finished') return 1;
  const going = permanent.filter(({ state }) => state !== 'failed');
  if (going.length === 0) return 0;
  return going.reduce((sum, { progress }) => sum + progress, 0) / going.length;
}

/** How many loss map cells the first transmission has reached. */
export function sentCells({ sentBytes, totalBytes }: TransferView): number {
  return totalBytes === 0 ? LOSS_MAP_CELLS : Math.ceil((sentBytes / totalBytes) * LOSS_MAP_CELLS);
}

/** True until the first transmission has ended: what it has not reached is not lost. */
export function inFirstPass(transfer: TransferView): boolean {
  return !isOver(transfer) && transfer.rounds.length <= 1 && transfer.rounds[0]?.state !== 'done';
}

/** The transmission under way, or the last one. */
export function lastRound({ rounds }: TransferView): RoundView | undefined {
  return rounds.at(-1);
}

/** A name for the whole: the one folder that everything is in, the one title, or the first and how many more. */
export function titleOf(files: TransferView['files']): { readonly title: string; readonly more: number } {
  const [first] = files;
  if (first === undefined) return { title: '', more: 0 };
  const [folder, ...below] = first.path.split('/');
  const oneFolder = below.length > 0 && files.every(({ path }) => path.startsWith(`${folder}/`));
  if (folder !== undefined && oneFolder) return { title: folder, more: 0 };
  return { title: first.track?.title ?? nameOf(first.path), more: files.length - 1 };
}

/** A path's last name. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
