import type { GpioChipNames, GpioLineNames, WantedGpioLine } from '@kanchi/hal';
import { headerLineNames, raspberryPiModels } from '@kanchi/hal/raspberry-pi';

/** The header's chip of simulated hardware. */
export const SIMULATED_CHIP = 'pinctrl-mock';

/**
 * Simulated hardware is what the board file says: a chip that it names has the lines that it names. The header has the names of a
 * Raspberry Pi's.
 */
export const simulatedLineNames: GpioLineNames = {
  gpioChipNames: (wanted) => {
    const labels = new Set(wanted.flatMap(({ chip }) => (chip === undefined ? [] : [chip])));
    return [header, ...[...labels].map((label) => simulatedChip(label, wanted))];
  },
};

/** For commands that want the labels of a board file and touch none of its lines: every name is a line somewhere. */
export const anyLineNames: GpioLineNames = {
  gpioChipNames: (wanted) => {
    const elsewhere = wanted
      .filter(({ name, chip }) => chip === undefined && name !== undefined && !headerLineNames.includes(name))
      .map(({ name = '' }) => ({ chip: ANY_CHIP, name }));
    return simulatedLineNames.gpioChipNames([...wanted, ...elsewhere]);
  },
};

/** Stands for the chips that only the hardware knows. */
const ANY_CHIP = 'a chip of the hardware';

const header: GpioChipNames = { label: SIMULATED_CHIP, isHeader: true, lineNames: headerLineNames };

function simulatedChip(label: string, wanted: readonly WantedGpioLine[]): GpioChipNames {
  if (raspberryPiModels.some(({ chipLabel }) => chipLabel === label)) {
    // A name that is wanted without a chip is the simulated header's, and no second line's.
    const ofHeader = new Set(wanted.filter(({ chip }) => chip === undefined).map(({ name }) => name));
    const lineNames = headerLineNames.map((name) => (ofHeader.has(name) ? '' : name));
    return { label, isHeader: false, lineNames };
  }
  const ofChip = wanted.filter(({ chip }) => chip === label);
  const taken = new Set(ofChip.map(({ offset }) => offset));
  const lineNames: string[] = [];
  for (const name of new Set(ofChip.flatMap((line) => (line.name === undefined ? [] : [line.name])))) {
    while (taken.has(lineNames.length)) lineNames.push('');
    lineNames.push(name);
  }
  return { label, isHeader: false, lineNames };
}
