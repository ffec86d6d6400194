/**
 * Index of the first occurrence of `wanted`, or -1. In linear time (Knuth, Morris, Pratt), because a guest chooses both
 * arrays and could make a plain search quadratic over its whole memory.
 */
export function findBytes(bytes: Uint8Array, wanted: Uint8Array): number {
  if (wanted.length === 0) {
    return 0;
  }
  if (wanted.length > bytes.length) {
    return -1;
  }
  const border = borders(wanted);
  let matched = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    while (matched > 0 && bytes[index] !== wanted[matched]) {
      matched = border[matched - 1] as number;
    }
    if (bytes[index] === wanted[matched]) {
      matched += 1;
    }
    if (matched === wanted.length) {
      return index + 1 - matched;
    }
  }
  return -1;
}

/** For each prefix, the length of its longest proper prefix that is also its suffix. */
function borders(wanted: Uint8Array): Uint32Array {
  const border = new Uint32Array(wanted.length);
  let length = 0;
  for (let index = 1; index < wanted.length; index += 1) {
    while (length > 0 && wanted[index] !== wanted[length]) {
      length = border[length - 1] as number;
    }
    if (wanted[index] === wanted[length]) {
      length += 1;
    }
    border[index] = length;
  }
  return border;
}
