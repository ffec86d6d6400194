/** Calls `expired` once after `delayMs`, unless the function that it returns is called before. */
export type StartTimer = (delayMs: number, expired: () => void) => () => void;

export const startSystemTimer: StartTimer = (delayMs, expired) => {
  const timer = setTimeout(expired, delayMs);
  return () => clearTimeout(timer);
};
