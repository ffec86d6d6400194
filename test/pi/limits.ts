/**
 * A boot with its payload, unless the caller says another time. A minute on two idle cores; other work on them makes it
 * several times longer.
 */
export const DEFAULT_RUN_LIMIT_MS = 1_200_000;

/** A QMP command answers at once; more means that QEMU hangs. */
export const QMP_LIMIT_MS = 10_000;

/** QEMU makes its sockets as it starts. */
export const CONNECT_LIMIT_MS = 10_000;
export const CONNECT_RETRY_MS = 50;

/** Console output that is kept for matching; older text is dropped, and the count of what was dropped is told. */
export const MAX_CONSOLE_CHARACTERS = 4 * 1024 * 1024;

/** One tool of the build, e.g. a download or an unpacking. */
export const TOOL_LIMIT_MS = 10 * 60_000;

/** What a tool may print. More ends it. */
export const MAX_TOOL_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Images of other versions that stay in the cache, so that several checkouts do not build in turns. */
export const MAX_KEPT_IMAGES = 5;
