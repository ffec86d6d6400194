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
 * What hosts need of the device that runs the apps. Calls never overlap. A rejection means that nothing changed; its
 * message is sent to the host.
 */
export interface AppletPort {
  install(installation: AppletInstallation): Promise<void>;
  uninstall(name: string): Promise<void>;
  /** In the order of installation. */
  list(): Promise<readonly InstalledApplet[]>;
}
