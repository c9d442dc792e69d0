import { useEffect, useState } from 'react';

const STEP_MS = 200;

/** How much of a time that began at `startedAt` (ms since 1970) has passed, 0…1. */
export function useSharePassed(startedAt: number, durationMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return Math.min(1, Math.max(0, (now - startedAt) / durationMs));
}
