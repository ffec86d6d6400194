/** What an installation asks for; every number is already inside its limits. */
export interface AppletInstallation {
  /** 1 to MAX_APP_NAME_LENGTH characters, none of `/ ? & =`. */
  readonly name: string;
  readonly heapBytes: number;
  readonly timers: number;
  readonly watchdogMs: number;
  /** The module as it came: not checked. The receiver owns it. */
  readonly wasm: Uint8Array;
}

export interface InstalledApplet {
  readonly name: string;
  readonly heapBytes: number;
}

/**
 * What hosts need of the device that runs the apps. A rejection means that nothing is installed, or nothing removed; its message
 * is sent to the host.
 */
export interface AppletPort {
  /**
   * Resolves when the app has started, which takes as long as the app takes. The list has it from the return of the call until
   * it has ended. Never called with a name that the list has.
   */
  install(installation: AppletInstallation): Promise<void>;
  /** Resolves when the app has ended, one that is still starting too. Not called again for a name before that. */
  uninstall(name: string): Promise<void>;
  /** In the order of installation. */
  list(): readonly InstalledApplet[];
}
