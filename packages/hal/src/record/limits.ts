/** Characters of a recording, unless its maker says another number. What comes after is dropped and counted. */
export const MAX_RECORDING_CHARACTERS = 64 * 1024 * 1024;

/** Calls and events of a recording. What comes after is dropped and counted. */
export const MAX_RECORDING_ENTRIES = 1_000_000;

/** Largest offset of a line that a recording has by name, as in a board file. */
export const MAX_RECORDED_OFFSET = 1023;
