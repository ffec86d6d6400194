import { SensorError } from '../error.ts';
import {
  MAX_HOST_MESSAGES,
  MAX_MAILBOX_MESSAGES,
  MAX_RESOURCES_PER_APP,
  MAX_SUBSCRIPTIONS,
} from './limits.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  HOST_ID,
  payloadFormat,
  type RequestPacket,
  requestAction,
  responseStatus,
} from './packet.ts';
import { isUnder, isUrl, parseAppUrl } from './url.ts';

export interface RoutedMessage {
  readonly kind: 'request' | 'response';
  /** The packet. Whoever takes it owns it. */
  readonly bytes: Uint8Array;
}

/** What became of something that an app sent. */
export type SendOutcome = 'sent' | 'invalid' | 'refused';

export interface MessageRouterOptions {
  /** A message for this app waits; `take` gives it. Must not call the router. */
  readonly onWaiting?: (appId: number) => void;
  /** A message for the host waits; `takeForHost` gives it. Must not call the router. */
  readonly onHostWaiting?: () => void;
  /** A line for whoever runs the board: messages are lost. One when that begins, one when it is over. Must not call the router. */
  readonly tell?: (line: string) => void;
}

/** The host's side of a router, which may be in another thread. */
export type HostRouter = Pick<
  MessageRouter,
  'findApp' | 'fromHost' | 'takeForHost' | 'subscribeHost' | 'unsubscribeHost' | 'tellHost'
>;

/** Who asked, and under which number. */
type Asked = Pick<RequestPacket, 'sender' | 'messageId'>;

interface RoutedApp {
  readonly id: number;
  readonly name: string;
  readonly mailbox: RoutedMessage[];
  readonly subscriptions: Set<string>;
  /** Requests that it was given and has not answered, by `sender/message`. */
  readonly unanswered: Map<string, Asked>;
  droppedCount: number;
  /** Of them those since its mailbox was empty. */
  lostCount: number;
}

/** Ids from here on are not apps' (WAMR app manager). */
const FIRST_RESERVED_ID = 0xffff_fff0;
/** Requests that an app may leave unanswered; of one more the oldest is answered for it. */
const MAX_UNANSWERED = 64;
/** Paths that belong to the app manager and to addressing: no app's resource may hide them. */
const reservedPaths = ['/app', '/applet', '/event'];

/**
 * Requests, responses and events between apps and the host, by the rules of WAMR's app manager: a request goes to the
 * newest resource that it is under, an event to everybody who subscribed to exactly that url, its sender too. Pure: what
 * arrives waits in bounded mailboxes. Differences, all of them where the original is silent or unsafe: a request that is
 * for nobody is answered with 132 (not found), one for which there is no room with 163 (service unavailable), a response goes
 * only to somebody who asked, and an app cannot send to `/applet` or `/event` or register what would hide them.
 */
export class MessageRouter {
  readonly #options: MessageRouterOptions;
  readonly #apps = new Map<number, RoutedApp>();
  /** Newest first. */
  #resources: { readonly appId: number; readonly url: string }[] = [];
  readonly #hostMessages: RoutedMessage[] = [];
  readonly #hostSubscriptions = new Set<string>();
  #hostDroppedCount = 0;
  /** Of them those since nothing waited for the host. */
  #hostLostCount = 0;
  #lastId = 0;

  constructor(options: MessageRouterOptions = {}) {
    this.#options = options;
  }

  /** Gives the app an id that no other had. Throws SENSOR_IN_USE for a name that is taken. */
  addApp(name: string): number {
    if (this.findApp(name) !== undefined) {
      throw new SensorError('SENSOR_IN_USE', `an app ${name} exists`, { app: name });
    }
    if (this.#lastId + 1 >= FIRST_RESERVED_ID) {
      throw new SensorError('SENSOR_LIMIT_REACHED', 'there are no ids left');
    }
    this.#lastId += 1;
    const id = this.#lastId;
    this.#apps.set(id, {
      id,
      name,
      mailbox: [],
      subscriptions: new Set(),
      unanswered: new Map(),
      droppedCount: 0,
      lostCount: 0,
    });
    return id;
  }

  /** Forgets the app with all that it registered. Requests that it was given or that wait for it are answered with 160. */
  removeApp(id: number): void {
    const app = this.#apps.get(id);
    if (app === undefined) return;
    this.#apps.delete(id);
    this.#resources = this.#resources.filter(({ appId }) => appId !== id);
    for (const asked of app.unanswered.values()) this.#answer(asked, responseStatus.internalError);
    this.#clear(app, responseStatus.internalError);
  }

  /**
   * Forgets what the app registered and subscribed to; it stays. Requests that wait for it are answered with 132, as the next
   * ones are. Those that it was given it may still answer.
   */
  withdraw(id: number): void {
    this.#resources = this.#resources.filter(({ appId }) => appId !== id);
    const app = this.#apps.get(id);
    if (app === undefined) return;
    app.subscriptions.clear();
    this.#clear(app, responseStatus.notFound);
  }

  findApp(name: string): number | undefined {
    return [...this.#apps.values()].find((app) => app.name === name)?.id;
  }

  /** Requests under `url` come to this app. Does nothing when somebody has this very url, or the app has its 16. */
  register(id: number, url: string): SendOutcome {
    if (!this.#apps.has(id) || !isUrl(url)) return 'invalid';
    if (reservedPaths.some((path) => isUnder(url, path))) return 'refused';
    const own = this.#resources.filter(({ appId }) => appId === id).length;
    if (own >= MAX_RESOURCES_PER_APP || this.#resources.some((resource) => resource.url === url))
      return 'sent';
    this.#resources.unshift({ appId: id, url });
    return 'sent';
  }

  /** Events with exactly this url come to this app. */
  subscribe(id: number, url: string): SendOutcome {
    const app = this.#apps.get(id);
    if (app === undefined || !isUrl(url)) return 'invalid';
    if (app.subscriptions.size >= MAX_SUBSCRIPTIONS && !app.subscriptions.has(url)) return 'refused';
    app.subscriptions.add(url);
    return 'sent';
  }

  /** A request or event of an app. Its sender is written over: nobody speaks for somebody else. */
  request(senderId: number, bytes: Uint8Array): SendOutcome {
    const decoded = decodeRequest(bytes);
    if (decoded === undefined || !this.#apps.has(senderId) || !isUrl(decoded.url)) return 'invalid';
    const request = { ...decoded, sender: senderId };
    if (request.action === requestAction.event) {
      this.#publish(request);
      return 'sent';
    }
    if (['/applet', '/event'].some((path) => isUnder(request.url, path))) return 'refused';
    this.#dispatch(request);
    return 'sent';
  }

  /** A response of an app to a request that it was given; any other goes nowhere. */
  respond(senderId: number, bytes: Uint8Array): SendOutcome {
    const response = decodeResponse(bytes);
    const app = this.#apps.get(senderId);
    if (response === undefined || app === undefined) return 'invalid';
    if (!app.unanswered.delete(`${response.receiver}/${response.messageId}`)) return 'refused';
    this.#deliver(response.receiver, { kind: 'response', bytes });
    return 'sent';
  }

  /** A request or event of the host that the app manager does not handle itself. False for bytes that are none. */
  fromHost(bytes: Uint8Array): boolean {
    const request = decodeRequest(bytes);
    if (request === undefined || !isUrl(request.url)) return false;
    if (request.action === requestAction.event) this.#publish({ ...request, sender: HOST_ID });
    else this.#dispatch({ ...request, sender: HOST_ID });
    return true;
  }

  /** The host's subscription to events with exactly this url. */
  subscribeHost(url: string): boolean {
    if (this.#hostSubscriptions.size >= MAX_SUBSCRIPTIONS && !this.#hostSubscriptions.has(url)) return false;
    this.#hostSubscriptions.add(url);
    return true;
  }

  unsubscribeHost(url: string): void {
    this.#hostSubscriptions.delete(url);
  }

  /** An event of the device itself, for the host only. */
  tellHost(event: Omit<RequestPacket, 'sender' | 'action'>): void {
    if (!this.#hostSubscriptions.has(event.url)) return;
    this.#toHost({
      kind: 'request',
      bytes: encodeRequest({ ...event, action: requestAction.event, sender: HOST_ID }),
    });
  }

  /** The oldest message for an app. */
  take(id: number): RoutedMessage | undefined {
    const app = this.#apps.get(id);
    const message = app?.mailbox.shift();
    if (app === undefined || message === undefined) return undefined;
    if (app.mailbox.length === 0) this.#tellLost(app);
    if (message.kind === 'request') this.#expectAnswer(app, message.bytes);
    return message;
  }

  takeForHost(): RoutedMessage | undefined {
    const message = this.#hostMessages.shift();
    if (this.#hostMessages.length === 0 && this.#hostLostCount > 0) {
      this.#options.tell?.(`messages for hosts are sent again; ${this.#hostLostCount} were lost`);
      this.#hostLostCount = 0;
    }
    return message;
  }

  waitingCount(id: number): number {
    return this.#apps.get(id)?.mailbox.length ?? 0;
  }

  /** Messages for this app that found its mailbox full. */
  droppedCount(id: number): number {
    return this.#apps.get(id)?.droppedCount ?? 0;
  }

  get hostDroppedCount(): number {
    return this.#hostDroppedCount;
  }

  #dispatch(request: RequestPacket): void {
    const addressed = parseAppUrl(request.url);
    const resource = this.#resources.find(({ url }) => isUnder(request.url, url));
    if (resource !== undefined) {
      this.#deliver(resource.appId, { kind: 'request', bytes: encodeRequest(request) });
      return;
    }
    if (addressed === undefined) {
      this.#answer(request, responseStatus.notFound);
      return;
    }
    const id = this.findApp(addressed.name);
    if (id === undefined) this.#answer(request, responseStatus.internalError);
    else this.#deliver(id, { kind: 'request', bytes: encodeRequest({ ...request, url: addressed.rest }) });
  }

  #publish(event: RequestPacket): void {
    const bytes = encodeRequest(event);
    for (const app of this.#apps.values()) {
      if (app.subscriptions.has(event.url)) this.#deliver(app.id, { kind: 'request', bytes: bytes.slice() });
    }
    if (this.#hostSubscriptions.has(event.url)) this.#toHost({ kind: 'request', bytes });
  }

  #answer({ sender, messageId }: Asked, status: number): void {
    const response = {
      status,
      format: payloadFormat.none,
      messageId,
      receiver: sender,
      payload: new Uint8Array(0),
    };
    this.#deliver(sender, { kind: 'response', bytes: encodeResponse(response) });
  }

  #deliver(receiverId: number, message: RoutedMessage): void {
    const app = this.#apps.get(receiverId);
    if (app === undefined) {
      if (receiverId === HOST_ID) this.#toHost(message);
      return;
    }
    if (app.mailbox.length >= MAX_MAILBOX_MESSAGES) {
      this.#drop(app, message);
      return;
    }
    app.mailbox.push(message);
    this.#options.onWaiting?.(receiverId);
  }

  /** Empties the mailbox. */
  #clear(app: RoutedApp, status: number): void {
    for (const message of app.mailbox.splice(0)) {
      const asked = askedBy(message);
      if (asked !== undefined) this.#answer(asked, status);
    }
    this.#tellLost(app);
  }

  #drop(app: RoutedApp, message: RoutedMessage): void {
    app.droppedCount += 1;
    app.lostCount += 1;
    if (app.lostCount === 1) {
      this.#options.tell?.(
        `app "${app.name}": ${MAX_MAILBOX_MESSAGES} messages wait for it, the most; new ones are lost, and requests are answered with ${responseStatus.serviceUnavailable}`,
      );
    }
    const asked = askedBy(message);
    if (asked !== undefined) this.#answer(asked, responseStatus.serviceUnavailable);
  }

  #tellLost(app: RoutedApp): void {
    if (app.lostCount === 0) return;
    this.#options.tell?.(
      `app "${app.name}": nothing waits for it any more; ${app.lostCount} messages were lost`,
    );
    app.lostCount = 0;
  }

  #toHost(message: RoutedMessage): void {
    if (this.#hostMessages.length >= MAX_HOST_MESSAGES) {
      this.#hostDroppedCount += 1;
      this.#hostLostCount += 1;
      if (this.#hostLostCount === 1) {
        this.#options.tell?.(`${MAX_HOST_MESSAGES} messages wait for hosts, the most; new ones are lost`);
      }
      return;
    }
    this.#hostMessages.push(message);
    this.#options.onHostWaiting?.();
  }

  #expectAnswer({ unanswered }: RoutedApp, bytes: Uint8Array): void {
    const asked = askedBy({ kind: 'request', bytes });
    if (asked === undefined) return;
    unanswered.set(`${asked.sender}/${asked.messageId}`, asked);
    const [oldest] = unanswered;
    if (unanswered.size <= MAX_UNANSWERED || oldest === undefined) return;
    unanswered.delete(oldest[0]);
    this.#answer(oldest[1], responseStatus.serviceUnavailable);
  }
}

/** Undefined for what nobody waits to be answered: responses and events. */
function askedBy({ kind, bytes }: RoutedMessage): Asked | undefined {
  const request = kind === 'request' ? decodeRequest(bytes) : undefined;
  if (request === undefined || request.action === requestAction.event) return undefined;
  return { sender: request.sender, messageId: request.messageId };
}
