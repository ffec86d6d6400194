import { type RequestPacket, requestAction, responseStatus } from '../wamr-framework/packet.ts';
import { isAppName, parseAppletQuery } from '../wamr-framework/url.ts';
import type { AppletInstallation, AppletPort, InstalledApplet } from './applet-port.ts';
import { appletReply, listReply, plainReply, type Reply, refusalReply, refusalText } from './applet-reply.ts';
import { installationOf, isAppletUrl, isWasmModule } from './applet-request.ts';

/**
 * What hosts ask of a device's apps: install, uninstall, list. Only what has the name of an app that is being removed waits; an
 * app that never comes out of `on_init` delays nothing.
 */
export class AppletOperations {
  readonly #port: AppletPort;
  readonly #maximumInstallations: number;
  readonly #onChanged: () => void;
  /** The end of each removal that is under way, by the name of the app. Never rejects. */
  readonly #removals = new Map<string, Promise<unknown>>();

  /** `onChanged` is called when the list has changed, before the answer. */
  constructor(port: AppletPort, maximumInstallations: number, onChanged: () => void) {
    this.#port = port;
    this.#maximumInstallations = maximumInstallations;
    this.#onChanged = onChanged;
  }

  /** Resolves when the app begins to start or is refused; the reply comes when it has started. Neither rejects. */
  async install(request: RequestPacket): Promise<{ readonly reply: Promise<Reply> }> {
    const installation = installationOf(request);
    // What is being removed under this name has to be gone; whatever else starts or is removed does not matter.
    while (this.#removals.has(installation.name)) await this.#removals.get(installation.name);
    const refused = this.#whyNotInstall(request, installation);
    return {
      reply: refused === undefined ? this.#start(installation) : Promise.resolve(refusalReply(refused)),
    };
  }

  /** A request for `/applet` that came in an ordinary frame. Never rejects. */
  async handle({ url, action }: RequestPacket): Promise<Reply> {
    if (!isWasmModule(url)) {
      return refusalReply(refusalText.badModuleType);
    }
    const name = parseAppletQuery(url).name ?? '';
    switch (action) {
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
    this.#onChanged();
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
    this.#onChanged();
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
}

function findApplet(applets: readonly InstalledApplet[], name: string): InstalledApplet | undefined {
  return applets.find((applet) => applet.name === name);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
