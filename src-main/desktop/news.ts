import type { IncomingView, StudentSnapshot } from '../../src-shared/ipc/snapshots';
import { plainText } from '../../src-shared/text/plain-text';
import type { Translator } from './texts';

const NAME_CHARS = 60;
const REASON_CHARS = 200;

/** What a notification says. */
export interface News {
  readonly transfer: string;
  readonly title: string;
  readonly body: string;
}

/** What nobody wants to be told: with the window in view, or while resting. */
export interface Quiet {
  readonly doNotDisturb: boolean;
  readonly windowFocused: boolean;
}

/**
 * What to notify of, once for each transfer's end. Nothing in the first picture is news: it holds what was received
 * before this program started.
 */
export function newsOf(
  before: StudentSnapshot | undefined,
  after: StudentSnapshot,
  { doNotDisturb, windowFocused }: Quiet,
  t: Translator,
): News[] {
  if (before === undefined || doNotDisturb || windowFocused) return [];
  const states = new Map(before.transfers.map(({ id, state }) => [id, state]));
  return after.transfers
    .filter(({ id, state }) => (state === 'complete' || state === 'failed') && states.get(id) !== state)
    .map((incoming) => tell(incoming, t));
}

function tell({ id, from, files, state, failure }: IncomingView, t: Translator): News {
  const teacher = plainText(from, NAME_CHARS);
  if (state === 'failed') {
    const body = failure === undefined ? '' : plainText(failure, REASON_CHARS);
    return { transfer: id, title: t('desktop:news.failed', { from: teacher }), body };
  }
  return {
    transfer: id,
    title: t('desktop:news.received', { count: files.length, from: teacher }),
    body: t('desktop:news.receivedDetail', { title: titleOf(files) }),
  };
}

/** The folder that all of it is in, else the first piece. */
function titleOf(files: IncomingView['files']): string {
  const [first] = files;
  if (first === undefined) return '';
  const names = first.path.split('/');
  return plainText(names.length > 1 ? (names[0] ?? '') : (first.track?.title ?? first.path), NAME_CHARS);
}
