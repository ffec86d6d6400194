/**
 * A short list that still fails: pieces are left out, halves first, then ever smaller ones, as long as `fails` says that
 * the rest fails (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002). At most `most` attempts.
 */
export async function shrink<Item>(
  items: readonly Item[],
  fails: (rest: readonly Item[]) => Promise<boolean>,
  most = 2000,
): Promise<readonly Item[]> {
  let kept = items;
  let attempts = 0;
  for (let size = Math.ceil(kept.length / 2); size >= 1 && kept.length > 0; ) {
    let shorter: readonly Item[] | undefined;
    for (let start = 0; start < kept.length && shorter === undefined; start += size) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + size)];
      attempts += 1;
      if (attempts > most) return kept;
      if (await fails(rest)) shorter = rest;
    }
    if (shorter === undefined) {
      size = size === 1 ? 0 : Math.ceil(size / 2);
    } else {
      kept = shorter;
      size = Math.min(size, Math.max(1, Math.ceil(kept.length / 2)));
    }
  }
  return kept;
}
