/** Waits for a condition, with a limit: what tests do instead of sleeping. */

export interface WaitOptions {
  /** Default: 10 seconds. */
  readonly limitMs?: number;
  /** What is waited for, for the message: `both sides to be equal`. */
  readonly what: string;
  /** Pause between two looks. Default: 20 ms. */
  readonly everyMs?: number;
}

/**
 * Asks until the answer is neither false, null nor undefined, and resolves with it. What the condition throws is
 * thrown at once: a condition that may fail for a while catches that itself.
 */
export async function waitFor<T>(
  condition: () => Promise<T> | T,
  { limitMs = 10_000, what, everyMs = 20 }: WaitOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await condition();
    if (answer !== false && answer !== null && answer !== undefined)
      return answer as Exclude<T, false | null | undefined>;
    if (performance.now() >= end) throw new Error(`Waited ${limitMs} ms for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
