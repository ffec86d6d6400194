/** Heap of an app that its installation does not size, and the range that a size is brought into (WAMR app manager). */
export const DEFAULT_HEAP_BYTES = 8192;
export const MIN_HEAP_BYTES = 256;
export const MAX_HEAP_BYTES = 1_073_741_824;
/** Longest watchdog that an installation can ask for: one day. */
export const MAX_WATCHDOG_MS = 86_400_000;
/** Characters of a failure's text that go to a host; the rest is cut off. */
export const MAX_ERROR_TEXT_LENGTH = 512;
/** Requests of one host that wait for an app's answer; of more, the oldest is answered with 163, counted and told. */
export const MAX_UNANSWERED_REQUESTS = 64;
/** Hosts that are connected at a time; a further one is closed at once, counted and told. */
export const MAX_HOST_CONNECTIONS = 8;
/** Bytes that wait to be sent to one host; a frame that finds more waiting is dropped, counted and told. */
export const MAX_UNSENT_BYTES = 4_194_304;
/** TCP port of the host link (WAMR's host tool). */
export const DEFAULT_HOST_LINK_PORT = 8888;
/** How long a host waits for an answer (WAMR's host tool). */
export const DEFAULT_REPLY_TIMEOUT_MS = 5000;
