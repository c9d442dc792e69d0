import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './button';
import { copyText } from './copy';
import { LiveRegion } from './live-region';

interface Props {
  readonly text: string;
  readonly label: string;
  /** Said and shown for a moment afterwards. */
  readonly done: string;
}

const SHOWN_MS = 2000;

/** Puts a text on the clipboard. */
export function CopyButton({ text, label, done }: Props) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = () => {
    copyText(text);
    setDone(true);
  };
  return (
    <>
      <IconButton icon={isDone ? Check : Copy} label={isDone ? done : label} onPress={copy} />
      <LiveRegion sentence={isDone ? done : ''} />
    </>
  );
}
