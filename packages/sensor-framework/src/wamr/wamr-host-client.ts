import { createConnection, type Socket } from 'node:net';
import { SensorError, type SensorErrorDetails } from '../error.ts';
import { type AttributeContainer, decodeAttributes } from '../wamr-framework/attribute-container.ts';
import { encodeFrame, type LinkFrame, LinkFrameDecoder, linkType } from '../wamr-framework/link-frame.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  HOST_ID,
  payloadFormat,
  type RequestPacket,
  requestAction,
} from '../wamr-framework/packet.ts';
import { isAppName, isUrl } from '../wamr-framework/url.ts';
import type { AppletInstallation } from './applet-port.ts';
import { encodeInstallation } from './applet-request.ts';
import { DEFAULT_HOST_LINK_PORT, DEFAULT_REPLY_TIMEOUT_MS, MAX_UNANSWERED_REQUESTS } from './limits.ts';
import { type StartTimer, startSystemTimer } from './start-timer.ts';

export interface HostClientOptions {
  readonly port?: number;
  readonly address?: string;
  /** How long a device may take to accept the connection, and to answer each request. */
  readonly timeoutMs?: number;
  readonly startTimer?: StartTimer;
}

/** What a device answered. A refusal is an answer too: its status is 128 or more. */
export interface HostReply {
  /** CoAP code in eight bits: 65 created, 66 deleted, 69 content, 132 not found, 160 refused. */
  readonly status: number;
  readonly format: number;
  readonly payload: Uint8Array;
  /** The payload when its format is 99 and it is a container. */
  readonly attributes: AttributeContainer | undefined;
  /** Why the device refused, when it says so. */
  readonly errorText: string | undefined;
}

export interface HostRequest {
  /** One of `requestAction`. */
  readonly action: number;
  readonly url: string;
  readonly format?: number;
  readonly payload?: Uint8Array;
}

interface Waiting {
  readonly resolve: (reply: HostReply) => void;
  readonly reject: (error: SensorError) => void;
  readonly stopTimer: () => void;
}

/**
 * Connects to a device. Rejects with SENSOR_LINK_FAILED when nobody listens there, SENSOR_LINK_TIMEOUT when nobody accepts
 * in time.
 */
export async function connectWamrHost({
  port = DEFAULT_HOST_LINK_PORT,
  address = '127.0.0.1',
  timeoutMs = DEFAULT_REPLY_TIMEOUT_MS,
  startTimer = startSystemTimer,
}: HostClientOptions = {}): Promise<WamrHostClient> {
  const socket = createConnection({ port, host: address, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    const fail = (code: 'SENSOR_LINK_FAILED' | 'SENSOR_LINK_TIMEOUT', why: string, errno = ''): void => {
      stopTimer();
      socket.destroy();
      reject(
        new SensorError(code, `host link to ${address}, port ${port}: ${why}`, { address, port, errno }),
      );
    };
    const stopTimer = startTimer(timeoutMs, () =>
      fail('SENSOR_LINK_TIMEOUT', `no connection in ${timeoutMs} ms`),
    );
    socket.once('error', ({ message, code }: NodeJS.ErrnoException) =>
      fail('SENSOR_LINK_FAILED', message, code),
    );
    socket.once('connect', () => {
      stopTimer();
      resolve();
    });
  });
  socket.removeAllListeners('error');
  return new WamrHostClient(socket, timeoutMs, startTimer);
}

/**
 * A host of one device, over one TCP connection. Made by `connectWamrHost`. Every call rejects with SENSOR_LINK_TIMEOUT
 * when the device does not answer in time, SENSOR_LINK_CLOSED when the connection ends before, SENSOR_BAD_PACKET for what a
 * packet cannot hold, SENSOR_LIMIT_REACHED with MAX_UNANSWERED_REQUESTS calls under way.
 */
export class WamrHostClient {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #startTimer: StartTimer;
  readonly #decoder = new LinkFrameDecoder();
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, (event: RequestPacket) => void>();
  readonly #closed: Promise<void>;
  #open = true;
  #lastMessageId = 0;

  constructor(socket: Socket, timeoutMs: number, startTimer: StartTimer) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#startTimer = startTimer;
    socket.on('data', (chunk: Buffer) => {
      // A view that is no Buffer: slices of a Buffer share its memory.
      for (const frame of this.#decoder.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))) {
        this.#receive(frame);
      }
    });
    // Followed by 'close', like every other end of the connection.
    socket.on('error', () => {});
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#end();
        resolve();
      });
    });
  }

  /** Installs an app; the device takes its own defaults for what is left out. 65 when it is done. */
  async install(
    name: string,
    wasm: Uint8Array,
    { heapBytes, timers, watchdogMs }: Partial<Omit<AppletInstallation, 'name' | 'wasm'>> = {},
  ): Promise<HostReply> {
    const fields = { heap: heapBytes, timers, wd: watchdogMs };
    const query = Object.entries(fields).map(([key, value]) =>
      value === undefined ? '' : `&${key}=${value}`,
    );
    return this.#ask(linkType.installWasmApp, {
      action: requestAction.put,
      url: `${appletUrl(name)}${query.join('')}`,
      format: payloadFormat.rawBinary,
      payload: wasm,
    });
  }

  /** 66 when it is done. */
  async uninstall(name: string): Promise<HostReply> {
    return this.request({ action: requestAction.delete, url: appletUrl(name) });
  }

  /** All apps (`num`, `applet1`, `heap1`, ..., the newest first), or one (`name`, `heap`). */
  async query(name?: string): Promise<HostReply> {
    return this.request({
      action: requestAction.get,
      url: name === undefined ? '/applet' : appletUrl(name),
    });
  }

  /** Sends a request to whoever has the resource, and waits for the answer. */
  async request(request: HostRequest): Promise<HostReply> {
    return this.#ask(linkType.request, request);
  }

  /** Sends an event to the apps that subscribed to exactly this topic. Nobody answers it. */
  sendEvent(topic: string, payload?: Uint8Array, format?: number): void {
    this.#send(linkType.request, 0, {
      action: requestAction.event,
      url: topic,
      ...(payload === undefined ? {} : { payload }),
      ...(format === undefined ? {} : { format }),
    });
  }

  /**
   * Asks for events of exactly this topic. `listener` replaces an earlier one of the topic; it is called while the
   * connection is read, so that it must not block. 69 when the device agrees.
   */
  async subscribe(topic: string, listener: (event: RequestPacket) => void): Promise<HostReply> {
    // Before the answer: the first event can come with it.
    this.#listeners.set(topic, listener);
    let agreed = false;
    try {
      const reply = await this.request({ action: requestAction.put, url: `/event/${topic}` });
      agreed = reply.errorText === undefined;
      return reply;
    } finally {
      if (!agreed) {
        this.#listeners.delete(topic);
      }
    }
  }

  async unsubscribe(topic: string): Promise<HostReply> {
    this.#listeners.delete(topic);
    return this.request({ action: requestAction.delete, url: `/event/${topic}` });
  }

  /** Ends the connection. Resolves when it is closed; calling it again is no error. */
  close(): Promise<void> {
    this.#socket.destroy();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask(type: number, request: HostRequest): Promise<HostReply> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= MAX_UNANSWERED_REQUESTS) {
        throw linkError('SENSOR_LIMIT_REACHED', `${this.#waiting.size} requests wait for their answers`);
      }
      this.#lastMessageId = (this.#lastMessageId % 0xffff_ffff) + 1;
      const messageId = this.#lastMessageId;
      this.#send(type, messageId, request);
      const stopTimer = this.#startTimer(this.#timeoutMs, () => {
        this.#waiting.delete(messageId);
        reject(
          linkError('SENSOR_LINK_TIMEOUT', `${request.url}: no answer in ${this.#timeoutMs} ms`, {
            url: request.url,
            timeoutMs: this.#timeoutMs,
          }),
        );
      });
      this.#waiting.set(messageId, { resolve, reject, stopTimer });
    });
  }

  #send(type: number, messageId: number, request: HostRequest): void {
    if (!this.#open) {
      throw linkError('SENSOR_LINK_CLOSED', `${request.url}: not sent`);
    }
    if (!isUrl(request.url)) {
      throw linkError('SENSOR_BAD_PACKET', `${request.url}: no url of 1 to 255 bytes`);
    }
    const packet = {
      format: payloadFormat.none,
      payload: new Uint8Array(0),
      ...request,
      messageId,
      sender: HOST_ID,
    };
    const payload = type === linkType.installWasmApp ? encodeInstallation(packet) : encodeRequest(packet);
    this.#socket.write(encodeFrame({ type, payload }));
  }

  #receive({ type, payload }: LinkFrame): void {
    if (type === linkType.response) {
      const response = decodeResponse(payload);
      const waiting = response === undefined ? undefined : this.#waiting.get(response.messageId);
      if (response !== undefined && waiting !== undefined) {
        this.#waiting.delete(response.messageId);
        waiting.stopTimer();
        waiting.resolve(readReply(response.status, response.format, response.payload));
      }
    } else if (type === linkType.request) {
      const event = decodeRequest(payload);
      if (event?.action === requestAction.event) {
        this.#listeners.get(event.url)?.(event);
      }
    }
  }

  #end(): void {
    this.#open = false;
    for (const { reject, stopTimer } of this.#waiting.values()) {
      stopTimer();
      reject(linkError('SENSOR_LINK_CLOSED', 'the connection ended before the answer'));
    }
    this.#waiting.clear();
    this.#listeners.clear();
  }
}

function appletUrl(name: string): string {
  if (!isAppName(name)) {
    throw linkError('SENSOR_BAD_PACKET', `"${name}" is no name of an app`);
  }
  return `/applet?name=${name}`;
}

function readReply(status: number, format: number, payload: Uint8Array): HostReply {
  const attributes = format === payloadFormat.attributeContainer ? readContainer(payload) : undefined;
  const text = attributes?.attributes.find(({ key }) => key === 'error message')?.value;
  return {
    status,
    format,
    payload,
    attributes,
    errorText: text?.type === 'string' ? text.value : undefined,
  };
}

/** Undefined for bytes that are none: the payload is there for whoever wants to look. */
function readContainer(payload: Uint8Array): AttributeContainer | undefined {
  try {
    return decodeAttributes(payload);
  } catch {
    return undefined;
  }
}

function linkError(
  code: 'SENSOR_LIMIT_REACHED' | 'SENSOR_LINK_TIMEOUT' | 'SENSOR_LINK_CLOSED' | 'SENSOR_BAD_PACKET',
  why: string,
  details: SensorErrorDetails = {},
): SensorError {
  return new SensorError(code, `host link: ${why}`, details);
}
