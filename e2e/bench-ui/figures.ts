/** The value below which `share` of the values lie; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Of the processor's time: what other programs took meanwhile does not count. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * How much of the processor's time the page's main thread took for each frame, in ms: every task from one animation
 * frame to the next, so that messages, React, layout and painting all count.
 */
export function busyPerFrame(trace: { readonly traceEvents: readonly TraceEvent[] }): number[] {
  const thread = mainThread(trace.traceEvents);
  const own = trace.traceEvents.filter(({ pid, tid }) => pid === thread?.pid && tid === thread.tid);
  const frames = own.filter(({ name }) => name === 'FireAnimationFrame').map(({ ts }) => ts);
  const starts = [...new Set(frames)].sort((a, b) => a - b);
  const tasks = own.filter(({ name, ph }) => name === 'RunTask' && ph === 'X').sort((a, b) => a.ts - b.ts);
  const busy = new Array<number>(Math.max(0, starts.length - 1)).fill(0);
  let frame = 0;
  for (const { ts, dur = 0, tdur = dur } of tasks) {
    // By their ends: the task that fires a frame began a little before it, and belongs to it.
    const end = ts + dur;
    while (frame < busy.length && (starts[frame + 1] ?? Infinity) <= end) frame++;
    if (frame < busy.length && end >= (starts[0] ?? 0)) busy[frame] = (busy[frame] ?? 0) + tdur / 1000;
  }
  return busy;
}

/** Of several pages' main threads, the one that drew. */
function mainThread(events: readonly TraceEvent[]): TraceEvent | undefined {
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const drew = new Set(events.filter(({ name }) => name === 'FireAnimationFrame').map(({ pid }) => pid));
  return threads.find(({ pid }) => drew.has(pid));
}
