import {
  type AppExecution,
  type AppExecutor,
  type AppExit,
  type AppListener,
  type AppPackage,
  type Board,
  capLimits,
  limitAdvice,
  loadModule,
  type Manifest,
  type Policy,
  policyForApp,
  RuntimeError,
} from '@kanchi/runtime';
import type { AppletInstallation, AppletPort, InstalledApplet } from '@kanchi/sensor-framework/wamr';

export interface AppletDeviceOptions {
  readonly board: Board;
  /** What any app may have at most, as it is when an app is installed. */
  readonly policy: () => Policy | undefined;
  readonly executor: AppExecutor;
  /** What an app of this name may do. Throws RuntimeError when its manifest is broken. */
  readonly manifestFor: (name: string) => { readonly manifest: Manifest; readonly manifestName: string };
  readonly listenerFor: (name: string) => AppListener;
  /** An app that may be installed is about to start. */
  readonly onStart: (app: AppPackage) => void;
  /** An app could not be installed. The host that sent it is told as well. */
  readonly onRefused: (name: string, error: unknown) => void;
  /** An app has ended; `asked` when it was uninstalled. */
  readonly onExit: (name: string, exit: AppExit, asked: boolean) => void;
}

interface RunningApplet extends InstalledApplet {
  readonly execution: AppExecution;
  asked: boolean;
  exit: AppExit | undefined;
}

/** The apps that hosts have installed on a device. An app that ends by itself is not installed any more. */
export class AppletDevice implements AppletPort {
  readonly #options: AppletDeviceOptions;
  readonly #applets = new Map<string, RunningApplet>();

  constructor(options: AppletDeviceOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the app has come out of `on_init`, or has run and ended well without one. Rejects with RuntimeError when the
   * module or its manifest is broken, and when the app ended before.
   */
  async install(installation: AppletInstallation): Promise<void> {
    const { name, heapBytes } = installation;
    const { executor, listenerFor, onStart, onRefused, onExit } = this.#options;
    let execution: AppExecution;
    try {
      const app = this.#load(installation);
      onStart(app);
      execution = executor.start(app, listenerFor(name));
    } catch (error) {
      onRefused(name, error);
      throw error;
    }
    const applet: RunningApplet = { name, heapBytes, execution, asked: false, exit: undefined };
    this.#applets.set(name, applet);
    void execution.exited.then((exit) => {
      applet.exit = exit;
      this.#applets.delete(name);
      onExit(name, exit, applet.asked);
    });
    await execution.ready;
    const failure = whyNotStarted(applet);
    if (failure !== undefined) throw failure;
  }

  #load({ name, heapBytes, timers, watchdogMs, wasm }: AppletInstallation): AppPackage {
    const { board, manifestFor } = this.#options;
    const policy = this.#options.policy();
    const { manifest: asked, manifestName } = manifestFor(name);
    const manifest = capLimits(
      // The name of the installation is how requests reach the app.
      { ...asked, name, limits: { ...asked.limits, startMs: watchdogMs, callbackMs: watchdogMs } },
      policy,
    );
    const { limits } = manifest;
    const forApp = policy && policyForApp(policy, name);
    if (forApp?.requireSignature === true) {
      throw new RuntimeError(
        'KANCHI_SIGNATURE_MISSING',
        `${name}: an app that comes over the link has no signature, and one is required by ${forApp.source}`,
      );
    }
    const module = loadModule(wasm, {
      source: name,
      maximumPages: limits.memoryPages,
      maximumTableElements: limits.tableElements,
      maximumBytes: limits.moduleBytes,
      advise: (limit, value, needed) => limitAdvice(forApp, limit, value, { manifestName, needed }),
    });
    return {
      manifest,
      manifestName,
      board,
      ...(policy === undefined ? {} : { policy }),
      module,
      heapBytes,
      timers,
    };
  }

  async uninstall(name: string): Promise<void> {
    const applet = this.#applets.get(name);
    if (applet === undefined) return;
    applet.asked = true;
    applet.execution.requestStop();
    await applet.execution.exited;
  }

  list(): readonly InstalledApplet[] {
    return [...this.#applets.values()].map(({ name, heapBytes }) => ({ name, heapBytes }));
  }

  /** Those that run. */
  get executions(): readonly AppExecution[] {
    return [...this.#applets.values()].map(({ execution }) => execution);
  }

  /** Ends all of them; resolves when they have ended. */
  async stop(): Promise<void> {
    await Promise.all([...this.#applets.keys()].map((name) => this.uninstall(name)));
  }
}

/** Undefined for an app that runs, and for one that had nothing to start and is done. */
function whyNotStarted({ name, asked, exit }: RunningApplet): RuntimeError | undefined {
  if (exit === undefined) return undefined;
  if (asked) return new RuntimeError('KANCHI_INIT_FAILED', `${name}: removed before it had started`);
  if (exit.reason === 'completed' && exit.exitCode === 0) return undefined;
  const message = exit.message ?? `${name}: ended with exit code ${exit.exitCode} before it had started`;
  return new RuntimeError(exit.code ?? 'KANCHI_INIT_FAILED', message);
}
