import { vi } from 'vitest';

const operations = ['load', 'store', 'add', 'exchange', 'compareExchange'] as const;

/**
 * Runs one thread's part of a protocol over shared memory, and lets the other thread act once, before atomic operation number `step`
 * of it (from 1). Returns how many operations the part has: a test goes through all of them. Where the part reads and
 * writes nothing else that is shared in between, that is every way in which the two can meet.
 */
export function interleave(step: number, run: () => void, act: () => void): number {
  let count = 0;
  let isActing = false;
  const before = (): void => {
    if (isActing) return;
    count += 1;
    if (count !== step) return;
    isActing = true;
    act();
    isActing = false;
  };
  const spies = operations.map((name) => {
    const original = Atomics[name] as (...values: unknown[]) => unknown;
    return vi.spyOn(Atomics, name).mockImplementation(((...values: unknown[]) => {
      before();
      return original(...values);
    }) as never);
  });
  try {
    run();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return count;
}
