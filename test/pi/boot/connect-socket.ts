import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CONNECT_LIMIT_MS, CONNECT_RETRY_MS } from '../limits.ts';

/** Connects to a socket file of a process that has just started; tries again until it is there. */
export async function connectSocket(path: string): Promise<Socket> {
  const deadline = performance.now() + CONNECT_LIMIT_MS;
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      socket.destroy();
      if (performance.now() > deadline) throw error;
    }
    await delay(CONNECT_RETRY_MS);
  }
}
