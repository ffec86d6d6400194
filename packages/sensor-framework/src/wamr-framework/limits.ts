/** Messages that wait for one app; a new one is dropped and counted when it is full (WAMR config.h, queue length). */
export const MAX_MAILBOX_MESSAGES = 50;
/** Messages that wait for the host; a new one is dropped and counted when it is full. */
export const MAX_HOST_MESSAGES = 256;
/** Resources that one app can register (WAMR app manager). */
export const MAX_RESOURCES_PER_APP = 16;
/** Event subscriptions of one app, and of the host. */
export const MAX_SUBSCRIPTIONS = 64;
/** Bytes of a URL, with its terminator (WAMR app manager). */
export const MAX_URL_BYTES = 256;
/** Characters of an app's name (WAMR app manager). */
export const MAX_APP_NAME_LENGTH = 126;
/** Apps that are installed at a time unless the device says otherwise (WAMR app manager). */
export const MAX_APP_INSTALLATIONS = 3;
/** Timers of one app (WAMR app manager); `MAX_TIMERS` is the most that an installation can ask for. */
export const DEFAULT_TIMERS = 20;
export const MAX_TIMERS = 30;
/** A hung callback ends its app after this long (WAMR's default, which it does not enforce). */
export const DEFAULT_WATCHDOG_MS = 180_000;
/** Bytes of one request, response or container: a payload with its head must fit one link frame. */
export const MAX_PACKET_BYTES = 1_048_576;
/** Bytes of one frame on the host link: the largest app that can be installed. */
export const MAX_FRAME_BYTES = 33_554_432;
/** Attributes of one container: the count has 16 bits. */
export const MAX_ATTRIBUTES = 65_535;
