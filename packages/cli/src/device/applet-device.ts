import {
  type AppExecution,
  type AppExecutor,
  type AppExit,
  type AppListener,
  type Board,
  loadModule,
  type Manifest,
} from '@kanchi/runtime';
import type { AppletInstallation, AppletPort, InstalledApplet } from '@kanchi/sensor-framework/wamr';

export interface AppletDeviceOptions {
  readonly board: Board;
  readonly executor: AppExecutor;
  /** What an app of this name may do. Throws RuntimeError when its manifest is broken. */
  readonly manifestFor: (name: string) => { readonly manifest: Manifest; readonly manifestName: string };
  readonly listenerFor: (name: string) => AppListener;
  /** An app has ended; `asked` when it was uninstalled. */
  readonly onExit: (name: string, exit: AppExit, asked: boolean) => void;
}

interface RunningApplet extends InstalledApplet {
  readonly execution: AppExecution;
  asked: boolean;
}

/** The apps that hosts have installed on a device. An app that ends by itself is not installed any more. */
export class AppletDevice implements AppletPort {
  readonly #options: AppletDeviceOptions;
  readonly #applets = new Map<string, RunningApplet>();

  constructor(options: AppletDeviceOptions) {
    this.#options = options;
  }

  /** Resolves when the app has come out of `on_init`. Rejects when the module or its manifest is broken. */
  async install({ name, heapBytes, timers, watchdogMs, wasm }: AppletInstallation): Promise<void> {
    const { board, executor, manifestFor, listenerFor, onExit } = this.#options;
    const { manifest, manifestName } = manifestFor(name);
    const { limits } = manifest;
    const module = loadModule(wasm, {
      source: name,
      maximumPages: limits.memoryPages,
      maximumTableElements: limits.tableElements,
      maximumBytes: limits.moduleBytes,
    });
    const execution = executor.start(
      {
        // The name of the installation is how requests reach the app.
        manifest: { ...manifest, name, limits: { ...limits, startMs: watchdogMs, callbackMs: watchdogMs } },
        manifestName,
        board,
        module,
        heapBytes,
        timers,
      },
      listenerFor(name),
    );
    const applet: RunningApplet = { name, heapBytes, execution, asked: false };
    this.#applets.set(name, applet);
    void execution.exited.then((exit) => {
      this.#applets.delete(name);
      onExit(name, exit, applet.asked);
    });
    await execution.ready;
  }

  async uninstall(name: string): Promise<void> {
    const applet = this.#applets.get(name);
    if (applet === undefined) return;
    applet.asked = true;
    applet.execution.requestStop();
    await applet.execution.exited;
  }

  list(): Promise<readonly InstalledApplet[]> {
    return Promise.resolve([...this.#applets.values()].map(({ name, heapBytes }) => ({ name, heapBytes })));
  }

  /** Ends all of them; resolves when they have ended. */
  async stop(): Promise<void> {
    await Promise.all([...this.#applets.keys()].map((name) => this.uninstall(name)));
  }
}
