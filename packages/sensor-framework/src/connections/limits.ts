/** Connections of one app at a time, serial ports included (WAMR app manager); one more is refused and told. */
export const MAX_CONNECTIONS_PER_APP = 3;
/** Bytes that one callback gets at most; longer datagrams are cut, counted and told (WAMR connection manager). */
export const MAX_CHUNK_BYTES = 256;
/** Callbacks with data of one app before its timers, sensors and messages are looked at again. */
export const MAX_CHUNKS_PER_ROUND = 16;
/**
 * Received bytes that wait for the app, for each connection. Of TCP no more is read until the app has caught up, so that nothing
 * is lost; of UDP the newest datagram is dropped, counted and told.
 */
export const MAX_RECEIVED_BYTES = 65_536;
/** Bytes that wait to leave, for each connection; what does not fit is not taken. Holds the largest datagram. */
export const MAX_WAITING_SEND_BYTES = 131_072;
/** What one piece or datagram counts besides its bytes, so that very many small ones are bounded too. */
export const PIECE_OVERHEAD_BYTES = 64;
/** Largest UDP payload over IPv4 (RFC 768 with RFC 791: 65,535 less 8 and 20). */
export const MAX_DATAGRAM_BYTES = 65_507;
/** Longest wait for a connection, or for the address of a name; then it has failed. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** How much longer the app's thread waits for the answer: then the supervisor is stuck. */
export const ANSWER_MARGIN_MS = 2_000;
/** How long a closed connection may go on sending what it was given; then it is cut off. */
export const MAX_CLOSING_MS = 1_000;
/** Connections of one app that are closed and still send; of one more, the oldest is cut off and counted. */
export const MAX_CLOSING_CONNECTIONS = 8;
/** Lines of one `FaultLines` in one minute, e.g. about the connections of one app; more are counted, and the number is told. */
export const MAX_FAULT_LINES_PER_MINUTE = 10;
