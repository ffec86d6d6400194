/**
 * What a broker does for one client besides the hardware, e.g. reading sensors. Requests and answers are JSON values;
 * what `serve` throws reaches the client as an error of the HAL (HAL_OTHER unless it is one).
 */
export interface ClientService {
  /** Must not block longer than a transfer does: other clients wait. */
  serve(request: Readonly<Record<string, unknown>>): unknown;
  /** The client has lost these permissions (`kind:label`): lets go of what it has under them. */
  revoke?(targets: readonly string[]): void;
  /** The client is gone: lets go of all that it had. */
  close(): void;
}

/** Makes the service of a client that attaches. `wake` ends the wait of the client's thread. */
export type ConnectService = (wake: () => void) => ClientService | undefined;

/** The same for a whole broker. `extension` is what was given to `BrokerConnection.attach` with the channel. */
export type ConnectClientService = (
  clientId: string,
  extension: unknown,
  wake: () => void,
) => ClientService | undefined;
