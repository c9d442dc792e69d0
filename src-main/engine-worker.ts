import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import type { Outcome } from '../src-shared/ipc/contract';
import type { EngineCommand, EngineOrder, EnginePicture, EngineReport, EngineStart } from './desktop/engine';
import { StudentNode } from './transport/student-node';
import { TeacherRoom } from './transport/teacher-room';

/** Ten pictures a second look like motion and leave the processor to the sockets. */
const PICTURE_MS = 100;

/** One engine behind the few things that the main thread asks of it. */
interface Hosted {
  picture(): EnginePicture;
  carryOut(command: EngineCommand): Promise<string>;
  close(): Promise<void>;
}

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
  const hosted = await open(workerData as EngineStart).catch(sentence);
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

async function open(start: EngineStart): Promise<Hosted> {
  // The window is drawn from pictures alone; the events are the command line's.
  const onEvent = () => {};
  if (start.role === 'teacher') return hostTeacher(await TeacherRoom.open({ ...start.options, onEvent }));
  return hostStudent(await StudentNode.open({ ...start.options, onEvent }));
}

function hostTeacher(room: TeacherRoom): Hosted {
  return {
    picture: () => ({ role: 'teacher', snapshot: room.snapshot() }),
    close: () => room.close(),
    async carryOut(command) {
      if (command.name === 'send') return room.send(command.paths);
      if (command.name === 'pause' || command.name === 'resume' || command.name === 'cancel') {
        room[command.name](command.transfer);
      }
      return '';
    },
  };
}

function hostStudent(node: StudentNode): Hosted {
  return {
    picture: () => ({ role: 'student', snapshot: node.snapshot() }),
    close: () => node.close(),
    async carryOut(command) {
      if (command.name === 'trust') node.trust(command.fingerprint);
      return '';
    },
  };
}

function reportChanges(hosted: Hosted): NodeJS.Timeout {
  let shown: EnginePicture | undefined;
  return setInterval(() => {
    const picture = hosted.picture();
    if (isDeepStrictEqual(picture, shown)) return;
    shown = picture;
    report({ kind: 'picture', picture });
  }, PICTURE_MS);
}

async function carryOut(hosted: Hosted, { id, command }: EngineOrder, timer: NodeJS.Timeout): Promise<void> {
  const outcome = await hosted.carryOut(command).then(
    (value): Outcome<string> => ({ ok: true, value }),
    (error: unknown): Outcome<string> => ({ ok: false, message: sentence(error) }),
  );
  if (command.name === 'close') await end(hosted, timer);
  report({ kind: 'answer', id, outcome });
}

async function end(hosted: Hosted, timer: NodeJS.Timeout): Promise<void> {
  clearInterval(timer);
  await hosted.close().catch(() => {});
  port?.close();
}

function refuse({ id, command }: EngineOrder, message: string): void {
  report({ kind: 'answer', id, outcome: { ok: false, message } });
  if (command.name === 'close') port?.close();
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
