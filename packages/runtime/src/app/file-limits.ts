/** Longest name of an app, board or label. The guest passes labels by length, at most as many bytes. */
export const MAX_NAME_LENGTH = 64;
/** Most entries of one list or table in a file. */
export const MAX_ENTRIES = 256;
