/** What arrived on a connection; without bytes: the far end of a TCP connection is gone. */
export interface ConnectionData {
  readonly handle: number;
  readonly bytes: Uint8Array | undefined;
}

export interface ConnectionTargetRequest {
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
}

/**
 * The network connections of one app, on the app's thread. What is asked for has been checked against the manifest, and is
 * within MAX_CONNECTIONS_PER_APP. Handles are from 1, and not those of the app, which has serial ports too.
 */
export interface AppConnections {
  /** Connects by TCP. Blocks until it is connected or refused. The handle, or -1. */
  openTcp(host: string, port: number): number;
  /** A UDP socket bound to a port. The handle, or -1. */
  openUdp(port: number): number;
  /** Where UDP packets go. False for a handle that is none of that kind. */
  setRemote(handle: number, host: string, port: number): boolean;
  /** Bytes that were taken, or -1. Does not wait. */
  send(handle: number, bytes: Uint8Array): number;
  close(handle: number): void;
  /**
   * What came in, pieces of at most MAX_CHUNK_BYTES bytes. Does not block. Looked at one by one, so that what the app closes
   * in between need give nothing more. A handle that the far end closed is free after that.
   */
  collect(): Iterable<ConnectionData>;
  closeAll(): void;
}
