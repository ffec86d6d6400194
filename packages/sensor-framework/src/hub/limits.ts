/** Records of one client that one `collect` takes from the hub; the rest comes with the next. */
export const MAX_RECORDS_PER_COLLECT = 4096;

/** Steps that one run of the hub does before it lets other work of its thread go on. */
export const MAX_STEPS_PER_RUN = 256;

/**
 * A run ends after the first step that ends this long after the run began: on a bus that is slower than its sensors are due,
 * calls of the thread, a stop among them, wait for one step and not for all that are overdue.
 */
export const MAX_RUN_NS = 10_000_000n;

/**
 * Sensors due at the same time that are read, handed on and reported before the next ones: few enough that what they need
 * stays in a processor's second cache.
 */
export const MAX_SENSORS_PER_TAKE = 32;
