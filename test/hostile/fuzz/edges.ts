/** Pages of the app: its own and the one with the heap of the host's libc. */
export const MEMORY_BYTES = 131_072;

/** Numbers at which a check may be off by one, as i32. */
export const EDGES: readonly number[] = [
  0,
  1,
  2,
  3,
  -1,
  -2,
  -4,
  255,
  256,
  8191,
  8192,
  8193,
  65_535,
  65_536,
  2 ** 31 - 1,
  -(2 ** 31),
  -(2 ** 31) + 1,
  2 ** 30,
  MEMORY_BYTES - 1,
  MEMORY_BYTES,
  MEMORY_BYTES + 1,
  MEMORY_BYTES - 8,
  MEMORY_BYTES - 32,
];

export const LONG_EDGES: readonly bigint[] = [
  0n,
  1n,
  -1n,
  99_999n,
  100_000n,
  1_000_000n,
  86_400_000_000_000n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
