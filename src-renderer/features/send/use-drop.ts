import { useEffect, useState } from 'react';
import { pathsOf } from '../../ipc-client';

/** Makes the whole window a place to drop and paste files; true while files are dragged over it. */
export function useDrop(onPaths: (paths: string[]) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const take = (files: FileList | undefined) => {
      const paths = pathsOf(files);
      if (paths.length > 0) onPaths(paths);
    };
    const onDrag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    window.addEventListener('dragenter', onDrag, { signal });
    window.addEventListener('dragover', onDrag, { signal });
    window.addEventListener('dragleave', (event) => event.relatedTarget === null && setOver(false), { signal });
    window.addEventListener(
      'drop',
      (event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      },
      { signal },
    );
    window.addEventListener('paste', (event) => take(event.clipboardData?.files), { signal });
    return () => ending.abort();
  }, [onPaths]);
  return over;
}
