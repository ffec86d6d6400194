/**
 * Blocks the thread until a shared word is another than `before`, for at most `timeoutMs`. Returns whether it is. It looks at the word
 * after each notification: whoever changed it the last time may have come only now to notify, when that change has long been seen.
 */
export function waitForChange(words: Int32Array, index: number, before: number, timeoutMs: number): boolean {
  const endNs = process.hrtime.bigint() + BigInt(Math.ceil(timeoutMs * 1e6));
  while (Atomics.load(words, index) === before) {
    const remainingMs = Number(endNs - process.hrtime.bigint()) / 1e6;
    if (remainingMs <= 0) return false;
    Atomics.wait(words, index, before, remainingMs);
  }
  return true;
}
