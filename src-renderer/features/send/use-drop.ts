import { useEffect, useState } from 'react';
import { pathsOf } from '../../ipc-client';
import { sendPaths } from './send-now';

/** Makes the whole window a place to drop and paste files; true while files are dragged over it. */
export function useDrop(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const onDrag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      sendPaths(pathsOf(event.dataTransfer?.files));
    };
    window.addEventListener('dragenter', onDrag, { signal });
    window.addEventListener('dragover', onDrag, { signal });
    window.addEventListener('dragleave', (event) => event.relatedTarget === null && setOver(false), { signal });
    window.addEventListener('drop', onDrop, { signal });
    window.addEventListener('paste', (event) => sendPaths(pathsOf(event.clipboardData?.files)), { signal });
    return () => ending.abort();
  }, []);
  return over;
}
