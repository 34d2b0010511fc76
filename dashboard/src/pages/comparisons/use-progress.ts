/** Asks again while something is under way: progress has no event of its own everywhere. */
import { useEffect } from 'preact/hooks';

const askAgainMs = 1500;

export function useProgress(isUnderWay: boolean, reload: () => void): void {
  useEffect(() => {
    if (!isUnderWay) return;
    const timer = setInterval(reload, askAgainMs);
    return () => clearInterval(timer);
  }, [isUnderWay, reload]);
}
