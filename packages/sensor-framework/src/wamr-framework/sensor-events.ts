import type { StreamRecord } from '../stream/record-queue.ts';
import type { AttributeContainer } from './attribute-container.ts';

/**
 * Readings of one app's sensors as such apps take them: a container with the tag of the sensor and a 64-bit float for each
 * channel. A reading in which a channel has no value is no event: an app that does not look for the key reads 0.
 */
export class SensorEvents {
  readonly #tell: (text: string) => void;
  /** The sensors that give no events because of some of their channels. */
  readonly #withheld = new Set<string>();

  /** `tell` gets a line when a sensor begins to give no events while some of its channels have values. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  of(label: string, { readings }: StreamRecord): AttributeContainer | undefined {
    const attributes = readings.flatMap((reading) =>
      reading.reason === undefined
        ? [{ key: reading.channel, value: { type: 'float64', value: reading.value } as const }]
        : [],
    );
    if (attributes.length > 0 && attributes.length === readings.length) {
      this.#withheld.delete(label);
      return { tag: label, attributes };
    }
    // Of a sensor that fails as a whole the host tells.
    if (attributes.length > 0 && !this.#withheld.has(label)) {
      this.#withheld.add(label);
      this.#tell(withheldText(label, readings));
    }
    return undefined;
  }
}

function withheldText(label: string, readings: StreamRecord['readings']): string {
  const missing = readings.flatMap(({ channel, reason }) =>
    reason === undefined ? [] : [`${channel} has no value (${reason})`],
  );
  return (
    `sensor "${label}": no events while ${missing.join(' and ')}: an app that does not look would take it for 0; ` +
    'an app that does not need it leaves it out of "channels" in its permission'
  );
}
