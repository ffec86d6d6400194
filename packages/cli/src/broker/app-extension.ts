import { createMailboxWord, createSampleRing } from '@kanchi/sensor-framework/placement';

/** What an app's thread and a broker's share besides the channel of the hardware. */
export interface AppExtension {
  readonly samples: SharedArrayBuffer;
  readonly mailbox: SharedArrayBuffer;
}

export function createAppExtension(): AppExtension {
  return { samples: createSampleRing(), mailbox: createMailboxWord() };
}

/** Which service of a broker a request is for. */
export type ServiceName = 'sensors' | 'messages' | 'host';

/** Room for the largest packet of an app or a host, 1 MiB, in base64 with the words around it. */
export const MESSAGE_PAYLOAD_BYTES = 2 * 1024 * 1024;

/** The client that may speak for hosts: the supervisor itself. */
export const HOST_CLIENT = 'kanchi-host';

/** Requests of one service, as its client makes them. */
export function askOf(
  call: (request: Readonly<Record<string, unknown>>) => unknown,
  service: ServiceName,
): (request: Readonly<Record<string, unknown>>) => unknown {
  return (request) => call({ service, request });
}
