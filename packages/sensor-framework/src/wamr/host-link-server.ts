import { createServer, type Server, type Socket } from 'node:net';
import { SensorError } from '../error.ts';
import { encodeFrame, type LinkFrame, LinkFrameDecoder } from '../wamr-framework/link-frame.ts';
import type { HostConnection, HostProtocol } from './host-protocol.ts';
import {
  DEFAULT_HOST_LINK_PORT,
  DEFAULT_REPLY_TIMEOUT_MS,
  MAX_HOST_CONNECTIONS,
  MAX_UNSENT_BYTES,
} from './limits.ts';
import { type StartTimer, startSystemTimer } from './start-timer.ts';

export interface HostLinkOptions {
  readonly protocol: HostProtocol;
  /** TCP port, 0 for any free one. */
  readonly port?: number;
  /**
   * Address to listen on. Whoever reaches it can install apps: the link has no names and no passwords, so that the default
   * is this machine only.
   */
  readonly address?: string;
  /** A line for whoever runs the device. Must not block. */
  readonly tell?: (line: string) => void;
  /** How long a host that sends no more is kept for answers of apps, milliseconds. */
  readonly replyTimeoutMs?: number;
  readonly startTimer?: StartTimer;
}

export interface HostLinkCounters {
  /** Connected now. */
  readonly connections: number;
  /** Closed at once because MAX_HOST_CONNECTIONS were there. */
  readonly refusedConnections: number;
  /** Frames for hosts that read too slowly. */
  readonly droppedFrames: number;
  /** Received bytes that belonged to no frame. */
  readonly skippedBytes: number;
}

/**
 * Opens the link for hosts. Rejects with SENSOR_LINK_FAILED when the address cannot be listened on. Frames of one host are
 * handled one at a time, and no more is read from a host that does not read its answers.
 */
export async function serveHostLink({
  protocol,
  port = DEFAULT_HOST_LINK_PORT,
  address = '127.0.0.1',
  tell = () => {},
  replyTimeoutMs = DEFAULT_REPLY_TIMEOUT_MS,
  startTimer = startSystemTimer,
}: HostLinkOptions): Promise<HostLinkServer> {
  // A host may close its sending side and still wait for answers.
  const server = createServer({ allowHalfOpen: true, keepAlive: true });
  server.maxConnections = MAX_HOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new SensorError('SENSOR_LINK_FAILED', `host link on ${address}, port ${port}: ${error.message}`, {
          address,
          port,
          errno: error.code ?? '',
        }),
      );
    });
    server.listen(port, address, resolve);
  });
  server.removeAllListeners('error');
  return new HostLinkServer(server, { protocol, tell, replyTimeoutMs, startTimer });
}

type ServedLink = Required<Omit<HostLinkOptions, 'port' | 'address'>>;

/** An open link. Made by `serveHostLink`. */
export class HostLinkServer {
  readonly #server: Server;
  readonly #options: ServedLink;
  readonly #sockets = new Set<Socket>();
  #refusedConnections = 0;
  #droppedFrames = 0;
  #skippedBytes = 0;
  #closed: Promise<void> | undefined;

  constructor(server: Server, options: ServedLink) {
    const { tell } = options;
    this.#server = server;
    this.#options = options;
    server.on('connection', (socket) => this.#accept(socket));
    server.on('drop', (refused) => {
      this.#refusedConnections += 1;
      tell(
        `the host ${refused?.remoteAddress ?? ''} was refused: ${MAX_HOST_CONNECTIONS} are connected, the most`,
      );
    });
    // Of accepting one connection, for want of descriptors; the others and the next are not affected.
    server.on('error', ({ message }) => {
      this.#refusedConnections += 1;
      tell(`a host was refused: ${message}`);
    });
  }

  /** The TCP port that it listens on. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get counters(): HostLinkCounters {
    return {
      connections: this.#sockets.size,
      refusedConnections: this.#refusedConnections,
      droppedFrames: this.#droppedFrames,
      skippedBytes: this.#skippedBytes,
    };
  }

  /** Ends all connections. Resolves when nothing of the link is open any more; calling it again is no error. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeAll(): Promise<void> {
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.destroy().once('close', resolve)),
    );
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    // The server counts a socket as gone before the descriptor is closed.
    await Promise.all(closed);
  }

  #accept(socket: Socket): void {
    const decoder = new LinkFrameDecoder();
    const { protocol, tell, replyTimeoutMs, startTimer } = this.#options;
    const name = socket.remoteAddress ?? '';
    let droppedFrames = 0;
    const connection = protocol.connect((frame) => {
      if (this.#send(socket, frame)) return;
      droppedFrames += 1;
      if (droppedFrames === 1) {
        tell(
          `the host ${name} does not read: ${MAX_UNSENT_BYTES} bytes wait to be sent to it, and frames for it are dropped`,
        );
      }
    });
    this.#sockets.add(socket);
    socket.on('data', (chunk: Buffer) => {
      socket.pause();
      const skippedBefore = decoder.skippedCount;
      // A view that is no Buffer: slices of a Buffer share its memory.
      const frames = decoder.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
      this.#skippedBytes += decoder.skippedCount - skippedBefore;
      void handleFrames(socket, connection, frames);
    });
    let stopTimer = (): void => {};
    socket.on('end', () => {
      // A host that sends no more still waits for its answers; one that never comes must not keep its place.
      const giveUp = new Promise<void>((resolve) => {
        stopTimer = startTimer(replyTimeoutMs, resolve);
      });
      void connection.answered(giveUp).then(() => {
        stopTimer();
        socket.end();
      });
    });
    // Followed by 'close', like every other end of a connection.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      stopTimer();
      connection.close();
      if (droppedFrames > 0) tell(`the host ${name} is gone; ${droppedFrames} frames for it were dropped`);
    });
  }

  /** False when the frame was dropped. */
  #send(socket: Socket, frame: LinkFrame): boolean {
    if (!socket.writable) {
      return true;
    }
    if (socket.writableLength > MAX_UNSENT_BYTES) {
      this.#droppedFrames += 1;
      return false;
    }
    socket.write(encodeFrame(frame));
    return true;
  }
}

/** Handles frames in order, then lets the host send more: when it has read what it was sent. */
async function handleFrames(
  socket: Socket,
  connection: HostConnection,
  frames: readonly LinkFrame[],
): Promise<void> {
  for (const frame of frames) {
    await connection.receive(frame);
  }
  if (socket.writableNeedDrain) {
    socket.once('drain', () => socket.resume());
  } else {
    socket.resume();
  }
}
