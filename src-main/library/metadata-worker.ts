import { parentPort } from 'node:worker_threads';
import { readTrack } from './read-track';

/** Worker thread that reads tags, so that a broken file can stall or crash nothing else. A path in; its tags, or null, out. */
parentPort?.on('message', (path: string) => {
  readTrack(path).then(
    (tags) => parentPort?.postMessage(tags),
    () => parentPort?.postMessage(null),
  );
});
