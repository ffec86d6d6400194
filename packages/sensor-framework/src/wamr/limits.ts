/** Heap of an app that its installation does not size, and the range that a size is brought into (WAMR app manager). */
export const DEFAULT_HEAP_BYTES = 8192;
export const MIN_HEAP_BYTES = 256;
export const MAX_HEAP_BYTES = 1_073_741_824;
/** Longest watchdog that an installation can ask for: one day. */
export const MAX_WATCHDOG_MS = 86_400_000;
/** Characters of a failure's text that go to a host; the rest is cut off. */
export const MAX_ERROR_TEXT_LENGTH = 512;
/** Requests of one host that wait for an app's answer; of more, the oldest is forgotten and counted. */
export const MAX_UNANSWERED_REQUESTS = 64;
