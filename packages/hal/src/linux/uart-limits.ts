/** Serial ports that are open at the same time. */
export const MAX_UART_PORTS = 32;

/** Received bytes that wait for their reader, for each port. More are lost, counted and told (HAL_OVERRUN). A power of two. */
export const UART_RECEIVE_BYTES = 65_536;

/** Bytes on their way out that the kernel has not taken yet, for each port. `write` takes no more. A power of two. */
export const UART_TRANSMIT_BYTES = 65_536;

/** Places in the received bytes where some were lost. While as many wait to be told, what comes is lost at the last of them. */
export const MAX_UART_GAPS = 16;

/** One read or write of a port, bytes: what the kernel's line discipline holds (N_TTY_BUF_SIZE of drivers/tty/n_tty.c). */
export const UART_CHUNK_BYTES = 4096;

/** How long a port that takes no more bytes is left alone, milliseconds. At 4,000,000 baud 2,000 bytes have left by then. */
export const UART_WRITE_PAUSE_MS = 5;

/**
 * Ports that wait in tcdrain(3) at the same time. Each keeps one of Node's four threads for file calls, for ever on a line whose
 * far end stopped it; the others close ports and end such waits.
 */
export const MAX_UART_DRAINS = 2;

/** How long a port that is closed waits for calls to the kernel that are under way, milliseconds. */
export const UART_RELEASE_MS = 1000;

/** How long the broker waits for the main thread to open or close a port, milliseconds. Shorter than a call of an app. */
export const UART_ANSWER_MS = 3000;

/** Longest sleep of a reader before it looks again, milliseconds. */
export const UART_SLEEP_MS = 1000;

/**
 * How far a port's speed may be from what was asked, of that. A receiver looks at the middle of each of the about ten bits of a character:
 * both ends together may be 5 % apart.
 */
export const UART_SPEED_TOLERANCE = 0.03;

/** Longest text of a failure, bytes. */
export const UART_TEXT_BYTES = 512;
