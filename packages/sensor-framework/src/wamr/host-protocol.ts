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
import { isAppName, isUrl, parseAppletQuery, parseAppUrl } from '../wamr-framework/url.ts';
import type { AppletInstallation, AppletPort, InstalledApplet } from './applet-port.ts';
import {
  answering,
  appletList,
  appletReply,
  listReply,
  plainReply,
  type Reply,
  refusalReply,
  refusalText,
} from './applet-reply.ts';
import {
  decodeInstallation,
  eventTopic,
  installationOf,
  isAppletUrl,
  isWasmModule,
} from './applet-request.ts';
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
  /** Resolves when the answers to all installations so far are sent. */
  answered(): Promise<void>;
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
  readonly #maximumInstallations: number;
  readonly #tell: (line: string) => void;
  readonly #hosts = new Set<Host>();
  /** Which host waits for the answer of this number. */
  readonly #askers = new Map<number, Host>();
  readonly #counters = { invalidFrames: 0, forgottenRequests: 0, unclaimedResponses: 0 };
  #lastMessageId = 0;
  /** The end of each removal that is under way, by the name of the app. Never rejects. */
  readonly #removals = new Map<string, Promise<unknown>>();

  constructor({
    router,
    port,
    maximumInstallations = MAX_APP_INSTALLATIONS,
    tell = () => {},
  }: HostProtocolOptions) {
    this.#router = router;
    this.#port = port;
    this.#maximumInstallations = maximumInstallations;
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
      open: true,
    };
    this.#hosts.add(host);
    return {
      receive: (frame) => this.#receive(host, frame),
      answered: async () => {
        await Promise.all(host.installations);
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
        return this.#handleApplet(request);
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

  async #handleApplet(request: RequestPacket): Promise<Reply> {
    if (!isWasmModule(request.url)) {
      return refusalReply(refusalText.badModuleType);
    }
    const name = parseAppletQuery(request.url).name ?? '';
    switch (request.action) {
      case requestAction.get:
        return this.#query(name);
      case requestAction.delete:
        return this.#uninstall(name);
      case requestAction.put:
        // An installation has a frame type of its own. WAMR reads one in an ordinary request as a structure of its memory.
        return refusalReply(refusalText.badPayload);
      default:
        return refusalReply(refusalText.badAction);
    }
  }

  async #install(host: Host, request: RequestPacket): Promise<void> {
    const installation = installationOf(request);
    // What is being removed under this name has to be gone; whatever else starts or is removed does not matter.
    while (this.#removals.has(installation.name)) await this.#removals.get(installation.name);
    const refused = this.#whyNotInstall(request, installation);
    if (refused !== undefined) {
      this.#answer(host, request, refusalReply(refused));
      return;
    }
    const answered = this.#start(installation).then((reply) => this.#answer(host, request, reply));
    host.installations.add(answered);
    void answered.then(() => host.installations.delete(answered));
  }

  #whyNotInstall(request: RequestPacket, { name }: AppletInstallation): string | undefined {
    if (!isAppletUrl(request.url) || request.action !== requestAction.put) return refusalText.badAction;
    if (!isWasmModule(request.url)) return refusalText.badModuleType;
    const applets = this.#port.list();
    if (applets.length >= this.#maximumInstallations) return refusalText.tooManyApps;
    if (request.payload.length === 0) return refusalText.badPayload;
    if (!isAppName(name)) return refusalText.badNameToInstall;
    return findApplet(applets, name) === undefined ? undefined : refusalText.installedAlready;
  }

  /** Takes the name at once. */
  async #start(installation: AppletInstallation): Promise<Reply> {
    try {
      await this.#port.install(installation);
    } catch (error) {
      return refusalReply(`Install WASM app failed: ${textOf(error)}`);
    }
    this.tellAppletsChanged();
    return plainReply(responseStatus.created);
  }

  async #uninstall(name: string): Promise<Reply> {
    if (!isAppName(name)) {
      return refusalReply(refusalText.badNameToUninstall);
    }
    while (this.#removals.has(name)) await this.#removals.get(name);
    if (findApplet(this.#port.list(), name) === undefined) {
      return refusalReply(refusalText.nothingToUninstall);
    }
    const removal = this.#port.uninstall(name);
    this.#removals.set(
      name,
      removal.catch(() => {}),
    );
    try {
      await removal;
    } catch (error) {
      return refusalReply(`Uninstall WASM app failed: ${textOf(error)}`);
    } finally {
      this.#removals.delete(name);
    }
    this.tellAppletsChanged();
    return plainReply(responseStatus.deleted);
  }

  /** Waits for nothing: an app that hangs is seen. */
  #query(name: string): Reply {
    const applets = this.#port.list();
    if (name === '') {
      return listReply(applets);
    }
    const applet = findApplet(applets, name);
    return applet === undefined ? refusalReply(refusalText.nothingToQuery) : appletReply(applet);
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
    for (const topic of host.topics) {
      this.#unsubscribe(host, topic);
    }
  }
}

function findApplet(applets: readonly InstalledApplet[], name: string): InstalledApplet | undefined {
  return applets.find((applet) => applet.name === name);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
