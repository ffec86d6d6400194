import { encodeAttributes } from '../wamr-framework/attribute-container.ts';
import { MAX_APP_INSTALLATIONS } from '../wamr-framework/limits.ts';
import { type LinkFrame, linkType } from '../wamr-framework/link-frame.ts';
import type { HostRouter, RoutedMessage } from '../wamr-framework/message-router.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  payloadFormat,
  type RequestPacket,
  requestAction,
  responseStatus,
} from '../wamr-framework/packet.ts';
import { isUrl, parseAppUrl } from '../wamr-framework/url.ts';
import { AppletOperations } from './applet-operations.ts';
import type { AppletPort } from './applet-port.ts';
import { answering, appletList, plainReply, type Reply, refusalReply, refusalText } from './applet-reply.ts';
import { decodeInstallation, eventTopic, isAppletUrl } from './applet-request.ts';
import { MAX_UNANSWERED_REQUESTS } from './limits.ts';

/** What a decoder puts in the place of bytes that are no UTF-8. */
const REPLACEMENT = '\u{fffd}';
/**
 * The event that an app came or went. A host that subscribes through WAMR's tool cannot keep the leading slash, so that it
 * would wait for the first in vain.
 */
const appletsTopics = ['/applets', 'applets'] as const;

export interface HostProtocolOptions {
  readonly router: HostRouter;
  readonly port: AppletPort;
  /** Apps that are installed at a time. */
  readonly maximumInstallations?: number;
  /** A line for whoever runs the device. Must not call the protocol. */
  readonly tell?: (line: string) => void;
}

export interface HostProtocolCounters {
  /** Frames that were no request of this protocol. They get no answer: there is no number to answer to. */
  readonly invalidFrames: number;
  /** Requests that no app answered before MAX_UNANSWERED_REQUESTS newer ones of the same host; 163 was the answer. */
  readonly forgottenRequests: number;
  /** Answers of apps for which no host waits any more. */
  readonly unclaimedResponses: number;
}

/** One host. Frames are handled one at a time. */
export interface HostConnection {
  /**
   * Handles one frame. Resolves when its answer is sent, when it is with an app, or when the app that it installs begins to
   * start: one that never comes out of `on_init` must not keep its host from removing it. Never rejects.
   */
  receive(frame: LinkFrame): Promise<void>;
  /**
   * Resolves when all that came so far is answered: every installation, and what is with apps unless `giveUp` is fulfilled
   * before. Never rejects.
   */
  answered(giveUp: Promise<void>): Promise<void>;
  /** Ends the host's subscriptions; answers that come later are not sent. */
  close(): void;
}

interface Host {
  readonly send: (frame: LinkFrame) => void;
  /** Requests that are with apps: the number that the app sees, and the host's own. */
  readonly unanswered: Map<number, number>;
  readonly topics: Set<string>;
  /** Each is settled when its answer is sent. */
  readonly installations: Set<Promise<void>>;
  /** To be called when nothing is with apps. */
  readonly waiters: (() => void)[];
  open: boolean;
}

/**
 * What a device answers to its hosts: installs, uninstalls and lists apps, subscribes hosts to events, passes all other
 * requests and events to the router. It does no I/O; whoever owns the router calls `deliverWaiting` when the router says
 * that something waits for the host, and not from inside that call.
 *
 * The router knows one host. Several can be connected: a request gets a number of the device's own while it is with an
 * app, and the host's number again in the answer, so that the answer goes to the host that asked.
 */
export class HostProtocol {
  readonly #router: HostRouter;
  readonly #port: AppletPort;
  readonly #applets: AppletOperations;
  readonly #tell: (line: string) => void;
  readonly #hosts = new Set<Host>();
  /** Which host waits for the answer of this number. */
  readonly #askers = new Map<number, Host>();
  readonly #counters = { invalidFrames: 0, forgottenRequests: 0, unclaimedResponses: 0 };
  #lastMessageId = 0;

  constructor({
    router,
    port,
    maximumInstallations = MAX_APP_INSTALLATIONS,
    tell = () => {},
  }: HostProtocolOptions) {
    this.#router = router;
    this.#port = port;
    this.#applets = new AppletOperations(port, maximumInstallations, () => this.tellAppletsChanged());
    this.#tell = tell;
  }

  get counters(): HostProtocolCounters {
    return { ...this.#counters };
  }

  /** `send` takes a frame for this host; it must not block and not call back. */
  connect(send: (frame: LinkFrame) => void): HostConnection {
    const host: Host = {
      send,
      unanswered: new Map(),
      topics: new Set(),
      installations: new Set(),
      waiters: [],
      open: true,
    };
    this.#hosts.add(host);
    return {
      receive: (frame) => this.#receive(host, frame),
      answered: async (giveUp) => {
        await Promise.all(host.installations);
        const answered = new Promise<void>((resolve) => host.waiters.push(resolve));
        this.#tellAnswered(host);
        await Promise.race([answered, giveUp]);
      },
      close: () => this.#close(host),
    };
  }

  /** Sends what waits in the router for the host: answers to who asked, events to who subscribed. */
  deliverWaiting(): void {
    for (
      let message = this.#router.takeForHost();
      message !== undefined;
      message = this.#router.takeForHost()
    ) {
      if (message.kind === 'response') {
        this.#answerAsker(message);
      } else {
        this.#tellSubscribers(message);
      }
    }
  }

  /** Publishes the list. To be called when an app has ended that no host has uninstalled; the rest is told without. */
  tellAppletsChanged(): void {
    const payload = encodeAttributes(appletList('All Applets', this.#port.list()));
    for (const url of appletsTopics) {
      this.#router.tellHost({ format: payloadFormat.attributeContainer, messageId: 0, url, payload });
    }
    this.deliverWaiting();
  }

  async #receive(host: Host, frame: LinkFrame): Promise<void> {
    const { type } = frame;
    const request =
      type === linkType.installWasmApp
        ? decodeInstallation(frame.payload)
        : type === linkType.request
          ? decodeRequest(frame.payload)
          : undefined;
    if (request === undefined || !isUrl(request.url) || request.url.includes(REPLACEMENT)) {
      this.#counters.invalidFrames += 1;
      return;
    }
    if (type === linkType.installWasmApp) {
      await this.#install(host, request);
    } else {
      this.#answer(host, request, await this.#handle(host, request));
    }
  }

  #answer(host: Host, { messageId }: RequestPacket, reply: Reply | undefined): void {
    this.deliverWaiting();
    if (reply !== undefined && host.open) {
      host.send({ type: linkType.response, payload: encodeResponse(answering(messageId, reply)) });
    }
  }

  /** The device's own answer, or undefined when there is none, or none yet. */
  async #handle(host: Host, request: RequestPacket): Promise<Reply | undefined> {
    if (request.action !== requestAction.event) {
      if (isAppletUrl(request.url)) {
        return this.#applets.handle(request);
      }
      const topic = eventTopic(request.url);
      if (topic !== undefined) {
        return this.#handleSubscription(host, request.action, topic);
      }
      const addressed = parseAppUrl(request.url);
      if (addressed !== undefined && this.#router.findApp(addressed.name) === undefined) {
        return refusalReply(refusalText.unknownApp);
      }
      this.#forward(host, request);
      return undefined;
    }
    this.#router.fromHost(encodeRequest(request));
    return undefined;
  }

  async #install(host: Host, request: RequestPacket): Promise<void> {
    const { reply } = await this.#applets.install(request);
    const answered = reply.then((sent) => this.#answer(host, request, sent));
    host.installations.add(answered);
    void answered.then(() => host.installations.delete(answered));
  }

  #handleSubscription(host: Host, action: number, topic: string): Reply {
    switch (action) {
      case requestAction.put:
        if (!host.open || !this.#router.subscribeHost(topic)) {
          return refusalReply(refusalText.badEventRequest);
        }
        host.topics.add(topic);
        return plainReply(responseStatus.content);
      case requestAction.delete:
        // WAMR's tool writes one slash too many when it unsubscribes from what begins with a slash.
        this.#unsubscribe(host, host.topics.has(topic) ? topic : topic.replace(/^\//u, ''));
        return plainReply(responseStatus.content);
      default:
        return refusalReply(refusalText.badEventRequest);
    }
  }

  #unsubscribe(host: Host, topic: string): void {
    host.topics.delete(topic);
    if (![...this.#hosts].some(({ topics }) => topics.has(topic))) {
      this.#router.unsubscribeHost(topic);
    }
  }

  #forward(host: Host, request: RequestPacket): void {
    const messageId = this.#nextMessageId();
    host.unanswered.set(messageId, request.messageId);
    this.#askers.set(messageId, host);
    if (host.unanswered.size > MAX_UNANSWERED_REQUESTS) this.#forgetOldest(host);
    this.#router.fromHost(encodeRequest({ ...request, messageId }));
  }

  #forgetOldest(host: Host): void {
    const [oldest] = host.unanswered;
    if (oldest === undefined) return;
    const [messageId, ownId] = oldest;
    host.unanswered.delete(messageId);
    this.#askers.delete(messageId);
    this.#counters.forgottenRequests += 1;
    this.#tell(
      `a host waits for more than ${MAX_UNANSWERED_REQUESTS} answers of apps, the most; the oldest request was answered with ${responseStatus.serviceUnavailable}`,
    );
    const reply = answering(ownId, plainReply(responseStatus.serviceUnavailable));
    host.send({ type: linkType.response, payload: encodeResponse(reply) });
  }

  /** 1 to 2^32 - 1, none that an answer is waited for with. */
  #nextMessageId(): number {
    do {
      this.#lastMessageId = (this.#lastMessageId % 0xffff_ffff) + 1;
    } while (this.#askers.has(this.#lastMessageId));
    return this.#lastMessageId;
  }

  #answerAsker({ bytes }: RoutedMessage): void {
    const response = decodeResponse(bytes);
    const host = response === undefined ? undefined : this.#askers.get(response.messageId);
    const messageId = response === undefined ? undefined : host?.unanswered.get(response.messageId);
    if (response === undefined || host === undefined || messageId === undefined) {
      this.#counters.unclaimedResponses += 1;
      return;
    }
    this.#askers.delete(response.messageId);
    host.unanswered.delete(response.messageId);
    host.send({ type: linkType.response, payload: encodeResponse({ ...response, messageId }) });
    this.#tellAnswered(host);
  }

  #tellAnswered({ unanswered, waiters }: Host): void {
    if (unanswered.size > 0) return;
    for (const answered of waiters.splice(0)) answered();
  }

  #tellSubscribers({ bytes }: RoutedMessage): void {
    const event = decodeRequest(bytes);
    for (const { topics, send } of this.#hosts) {
      if (event !== undefined && topics.has(event.url)) {
        send({ type: linkType.request, payload: bytes });
      }
    }
  }

  #close(host: Host): void {
    host.open = false;
    this.#hosts.delete(host);
    for (const messageId of host.unanswered.keys()) {
      this.#askers.delete(messageId);
    }
    host.unanswered.clear();
    this.#tellAnswered(host);
    for (const topic of host.topics) {
      this.#unsubscribe(host, topic);
    }
  }
}
