/** Flags of open(2) as Linux numbers them on arm, arm64 and x86 (asm-generic/fcntl.h). */
export const O_RDWR = 0o2;
export const O_SYNC = 0o4010000;
export const O_CLOEXEC = 0o2000000;
export const O_NONBLOCK = 0o4000;

/** Events of poll(2), asm-generic/poll.h. */
export const POLLIN = 0x1;
