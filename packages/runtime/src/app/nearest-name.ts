/** Longer names are not compared: the work grows with the length, and files can hold anything. */
const MAX_COMPARED_LENGTH = 64;

/** The known name that is nearest to what was written, if one is near: at most two letters, or a third, differ. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  if (written.length > MAX_COMPARED_LENGTH) {
    return undefined;
  }
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    if (name.length > MAX_COMPARED_LENGTH) {
      continue;
    }
    const distance = editDistance(written, name);
    // A name of which every letter differs is not near, however short it is.
    if (distance < bestDistance && distance < Math.max(written.length, name.length)) {
      bestDistance = distance;
      best = name;
    }
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const substitution = (previous[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(
        Math.min(substitution, (previous[column] as number) + 1, (current[column - 1] as number) + 1),
      );
    }
    previous = current;
  }
  return previous.at(-1) as number;
}
