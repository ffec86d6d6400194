import { describe, expect, it } from 'vitest';
import { findHeaderPin, raspberryPiModels } from '../raspberry-pi/index.ts';
import { FakeGpioChip } from './fake-kernel/fake-gpio-chip.test-support.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';

/** Where kernels begin to count lines in /sys/class/gpio: old ones, 6.1 and 6.12 of a Pi 3, 6.6 of a Pi 5. */
const sysfsBases = [0, 458, 512, 571];
/** Numbers that the header's chip has had on a Pi 5, and the first. */
const chipNumbers = [0, 4, 10];

const machines = raspberryPiModels.flatMap(({ id, chipLabel, deviceTreeModels }) =>
  sysfsBases.flatMap((base) =>
    chipNumbers.map((number) => ({ id, chipLabel, model: `${deviceTreeModels[0]} Rev 1.0\0`, base, number })),
  ),
);

/** A machine whose header is gpiochip<number>, counted from `base` in sysfs, with other chips around it. */
function createMachine({ chipLabel, model, base, number }: (typeof machines)[number]) {
  const pi = new FakePi();
  const { files } = pi.kernel;
  const lineCount = chipLabel === 'pinctrl-bcm2711' ? 58 : 54;
  const header = new FakeGpioChip({ clock: pi.clock, label: chipLabel, lineCount });
  const other = new FakeGpioChip({ clock: pi.clock, label: 'gpio-brcmstb@107d508500', lineCount: 32 });
  for (const path of ['/dev/gpiochip0', '/dev/gpiochip1']) files.remove(path);
  for (const each of [0, 4, 10, 11])
    files.addDevice(`/dev/gpiochip${each}`, each === number ? header : other);
  files.addText(`/sys/class/gpio/gpiochip${base}/label`, `${chipLabel}\n`);
  files.addText(`/sys/class/gpio/gpiochip${base}/base`, `${base}\n`);
  files.addText('/proc/device-tree/model', model);
  return { pi, header, other };
}

describe('pin 11 of the header', () => {
  it.each(machines)('is GPIO17 on model $id, whose chip is gpiochip$number with base $base', (machine) => {
    const { pi, header, other } = createMachine(machine);
    const pin = findHeaderPin(11);
    if (pin?.kind !== 'line') throw new TypeError('pin 11 is a line');
    const line = pi.hal.openGpioLine({
      offset: pin.line,
      consumer: 'x',
      direction: 'output',
      initialLevel: 1,
      safeLevel: 0,
    });
    const driven = Array.from({ length: 54 }, (_, each) => each).filter((each) => header.pads.isDriven(each));
    expect([driven, header.pads.level(17), line.read()]).toEqual([[17], 1, 1]);
    expect(other.usedCount).toBe(0);
    line.close();
    // The numbers of sysfs are not even looked at.
    const paths = pi.kernel.calls.map(({ path = '' }) => path);
    expect(paths.filter((path) => path.startsWith('/sys/class/gpio'))).toEqual([]);
    expect(paths).toContain(`/dev/gpiochip${machine.number}`);
  });
});
