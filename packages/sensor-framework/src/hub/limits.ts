/** Records of one client that one `collect` takes from the hub; the rest comes with the next. */
export const MAX_RECORDS_PER_COLLECT = 4096;

/** Steps that one run of the hub does before it lets other work of its thread go on. */
export const MAX_STEPS_PER_RUN = 256;

/**
 * Sensors due at the same time that are read, handed on and reported before the next ones: few enough that what they need
 * stays in a processor's second cache.
 */
export const MAX_SENSORS_PER_TAKE = 32;
