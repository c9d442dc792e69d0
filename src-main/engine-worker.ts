import { parentPort, workerData } from 'node:worker_threads';
import type { Outcome } from '../src-shared/ipc/contract';
import { messageOf } from '../src-shared/text/message-of';
import type { EngineOrder, EngineReport, EngineStart } from './desktop/engine';
import { type HostedEngine, openEngine } from './desktop/hosted-engine';
import { PictureFeed } from './desktop/picture-feed';

/** Ten pictures a second look like motion and leave the processor to the sockets. */
const PICTURE_MS = 100;

const port = parentPort;
if (port === null) throw new Error('engine-worker.js runs as a worker thread only');
const report = (message: EngineReport) => port.postMessage(message);

const orders: EngineOrder[] = [];
let obey = (order: EngineOrder) => {
  orders.push(order);
};
port.on('message', (order: EngineOrder) => obey(order));
await host();

async function host(): Promise<void> {
  const onProblem = (problem: string) => report({ kind: 'problem', sentence: problem });
  const hosted = await openEngine(workerData as EngineStart, onProblem).catch(messageOf);
  if (typeof hosted === 'string') {
    report({ kind: 'status', status: { state: 'failed', message: hosted } });
    obey = (order) => refuse(order, hosted);
  } else {
    report({ kind: 'status', status: { state: 'running' } });
    const timer = reportChanges(hosted);
    obey = (order) => void carryOut(hosted, order, timer);
  }
  orders.splice(0).forEach(obey);
}

function reportChanges(hosted: HostedEngine): NodeJS.Timeout {
  const feed = new PictureFeed();
  return setInterval(() => {
    const changed = feed.next(hosted.picture());
    if (changed !== undefined) report(changed);
  }, PICTURE_MS);
}

async function carryOut(hosted: HostedEngine, order: EngineOrder, timer: NodeJS.Timeout): Promise<void> {
  const { id, name, argument } = order;
  if (name === 'close') return end(hosted, timer);
  const outcome = await hosted.carryOut(name, argument).then(
    (value): Outcome<unknown> => ({ ok: true, value }),
    (error: unknown): Outcome<unknown> => ({ ok: false, message: messageOf(error) }),
  );
  report({ kind: 'answer', id, outcome });
}

async function end(hosted: HostedEngine, timer: NodeJS.Timeout): Promise<void> {
  clearInterval(timer);
  await hosted.close().catch(() => {});
  port?.close();
}

function refuse({ id, name }: EngineOrder, message: string): void {
  report({ kind: 'answer', id, outcome: { ok: false, message } });
  if (name === 'close') port?.close();
}
