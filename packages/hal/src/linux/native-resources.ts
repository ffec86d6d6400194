import { type NativeMemory, type Sys, SysError } from './sys.ts';

/**
 * Closes a descriptor that nothing is written back from. Linux has given the number up also when close(2) reports an error, so that
 * an error here leaves nothing to do, and must not hide an earlier one.
 */
export function closeDescriptor(sys: Sys, fileDescriptor: number): void {
  try {
    sys.close(fileDescriptor);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
  }
}

/** Memory for as long as `action` runs. */
export function withMemory<T>(sys: Sys, byteLength: number, action: (memory: NativeMemory) => T): T {
  const memory = sys.allocate(byteLength);
  try {
    return action(memory);
  } finally {
    sys.free(memory);
  }
}

/** One piece of memory for each length, or none at all. */
export function allocateAll<const Lengths extends readonly number[]>(
  sys: Sys,
  lengths: Lengths,
): { readonly [Index in keyof Lengths]: NativeMemory } {
  const memories: NativeMemory[] = [];
  try {
    for (const length of lengths) memories.push(sys.allocate(length));
  } catch (error) {
    for (const memory of memories) sys.free(memory);
    throw error;
  }
  return memories as unknown as { readonly [Index in keyof Lengths]: NativeMemory };
}
