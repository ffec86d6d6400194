import { createMailboxWord, createSampleRing } from '@kanchi/sensor-framework/placement';

/** What an app's thread and a broker's share besides the channel of the hardware. */
export interface AppExtension {
  readonly samples: SharedArrayBuffer;
  readonly mailbox: SharedArrayBuffer;
}

export function createAppExtension(): AppExtension {
  return { samples: createSampleRing(), mailbox: createMailboxWord() };
}

/** Room for the largest packet of an app or a host, 1 MiB, in base64 with the words around it. */
export const MESSAGE_PAYLOAD_BYTES = 2 * 1024 * 1024;

/** The command as the client of its board's sensors. An app's client has `#` in its name. */
export const COMMAND_CLIENT = 'kanchi';

/** The client that may speak for hosts: the supervisor itself. */
export const HOST_CLIENT = 'kanchi-host';
