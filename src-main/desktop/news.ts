import type { IncomingView, NodeSnapshot } from '../../src-shared/ipc/snapshots';
import type { createTranslator } from '../../src-shared/text/i18n';
import { plainText } from '../../src-shared/text/plain-text';
import { reasonInWords } from '../../src-shared/text/reasons';

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
  before: NodeSnapshot | undefined,
  after: NodeSnapshot,
  { doNotDisturb, windowFocused }: Quiet,
  translator: ReturnType<typeof createTranslator>,
): News[] {
  if (before === undefined || doNotDisturb || windowFocused) return [];
  const known = new Map(before.transfers.map((incoming) => [incoming.id, incoming]));
  return after.transfers.flatMap((incoming) => {
    const fresh = freshOf(known.get(incoming.id), incoming);
    return fresh === undefined ? [] : tell(fresh, translator);
  });
}

/** What is new of it: all, where it has just ended; the last files of a channel's set, which grows. */
function freshOf(before: IncomingView | undefined, after: IncomingView): IncomingView | undefined {
  const { state, files } = after;
  if (state !== 'complete' && state !== 'failed') return undefined;
  if (before?.state !== state) return after;
  const more = files.length - before.files.length;
  return more > 0 ? { ...after, files: files.slice(-more) } : undefined;
}

function tell(
  { id, from, files, state, failure }: IncomingView,
  translator: ReturnType<typeof createTranslator>,
): News {
  const { t } = translator;
  const teacher = inert(from, NAME_CHARS);
  if (state === 'failed') {
    const body = failure === undefined ? '' : inert(reasonInWords(failure, translator), REASON_CHARS);
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
  return inert(names.length > 1 ? (names[0] ?? '') : (first.track?.title ?? first.path), NAME_CHARS);
}

/** One inert line. Some systems read markup in notifications, links and pictures included: what opens it becomes a quote. */
function inert(text: string, maxChars: number): string {
  return plainText(text, maxChars).replaceAll('<', '‹').replaceAll('>', '›');
}
