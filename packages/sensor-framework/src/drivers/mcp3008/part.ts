import { checkOptionNames, refuseField, wiringOf } from '../driver-options.ts';
import type { SensorDriverPart } from '../sensor-driver.ts';
import { Mcp3008Driver } from './driver.ts';

const NAME = 'mcp3008';
const allInputs = [0, 1, 2, 3, 4, 5, 6, 7] as const;

// DS21295D section 1.0: VREF is 0.25 V to VDD, VDD at most 5.5 V.
const MINIMUM_REFERENCE_V = 0.25;
const MAXIMUM_REFERENCE_V = 5.5;

/** Section 6.2: below this the sampled voltage droops before it is converted (1.2 ms at 85 degC). */
const MINIMUM_CLOCK_HZ = 10_000;
/** DS21295D section 1.0: at VDD 5 V. At 2.7 V it is 1.35 MHz; the driver does not know VDD. */
const MAXIMUM_CLOCK_HZ = 3_600_000;

/** Options `referenceV` (V, required) and `channels` (inputs 0 to 7, default all). */
export const mcp3008Part: SensorDriverPart = {
  name: NAME,
  wiring: 'spi',
  create(context) {
    const { options, hal, consumer } = context;
    const { bus, chipSelect, mode, clockHz } = wiringOf(NAME, context, 'spi');
    checkOptionNames(NAME, options, ['channels', 'referenceV']);
    const inputs = inputsOf(options['channels']);
    const referenceV = referenceOf(options['referenceV']);
    // Section 6.1.
    if (mode !== 0 && mode !== 3) refuseField(NAME, 'mode', `the part speaks mode 0 and 3, not ${mode}`);
    if (!(clockHz >= MINIMUM_CLOCK_HZ && clockHz <= MAXIMUM_CLOCK_HZ)) {
      refuseField(NAME, 'clockHz', `it is ${MINIMUM_CLOCK_HZ} to ${MAXIMUM_CLOCK_HZ}, not ${clockHz}`);
    }
    const device = hal.openSpiDevice({ bus, chipSelect, consumer, mode, clockHz });
    return new Mcp3008Driver({ device, inputs, referenceV, clockHz });
  },
};

function inputsOf(value: unknown = allInputs): readonly number[] {
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size !== value.length) {
    refuseField(NAME, 'options.channels', 'it is a list of inputs, each once');
  }
  return value.map((input: unknown) => {
    const known = allInputs.find((each) => each === input);
    return known ?? refuseField(NAME, 'options.channels', `inputs are 0 to 7, not ${JSON.stringify(input)}`);
  });
}

function referenceOf(value: unknown): number {
  if (typeof value !== 'number' || !(value >= MINIMUM_REFERENCE_V && value <= MAXIMUM_REFERENCE_V)) {
    refuseField(
      NAME,
      'options.referenceV',
      `the voltage at VREF has to be given, ${MINIMUM_REFERENCE_V} to ${MAXIMUM_REFERENCE_V}`,
    );
  }
  return value;
}
