import { createSampleRing } from '@kanchi/sensor-framework/placement';

/** What an app's thread and the broker's share besides the channel of the hardware. */
export interface AppExtension {
  readonly samples: SharedArrayBuffer;
}

export function createAppExtension(): AppExtension {
  return { samples: createSampleRing() };
}
