import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bme280Channels, bme280Times } from './drivers/bme280/channels.ts';
import { oversamplings } from './drivers/bme280/registers.ts';
import { createSensorDrivers } from './drivers/parts.ts';
import { sensorErrorTable } from './error.ts';
import { readingReasons } from './reading.ts';
import { simulatedParts } from './sim/parts.ts';

const page = (name: string): string =>
  readFileSync(new URL(`../../../docs/sensors/${name}.md`, import.meta.url), 'utf8');

describe('docs/sensors', () => {
  it('lists the same error codes, kinds and meanings as the table', () => {
    const rows = [...page('errors').matchAll(/^\| `(SENSOR_\w+)` \| ([\w-]+) \| (.+) \|$/gm)];
    expect(Object.fromEntries(rows.map(([, code, kind, summary]) => [code, { kind, summary }]))).toEqual(
      sensorErrorTable,
    );
  });

  it.each(simulatedParts)('has a page on $name with its units', (part) => {
    const text = page(part.name);
    // The converter's eight channels are one row, named by the first and the last.
    const named = part.quantities.filter((quantity) => !/^channel[1-6]Volts$/.test(quantity.name));
    for (const { name, unit } of named) {
      expect(text).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\| ${unit} \\|`, 'm'));
    }
  });

  const drivers = createSensorDrivers({ kernelFiles: { readText: () => '', list: () => [] } });

  it('lists every driver with how it is wired', () => {
    const rows = [...page('README').matchAll(/^\| `([\w-]+)` \| (\w+) \| \[.+\]\((.+)\.md\) \|$/gm)].slice(
      0,
      drivers.length,
    );
    expect(rows.map(([, name, wiring, file]) => ({ name, wiring: wiring?.toLowerCase(), file }))).toEqual(
      drivers.map(({ name, wiring }) => ({ name, wiring, file: name })),
    );
  });

  it.each(drivers)(
    'has a page on the driver $name with a board file line, channels and reasons',
    ({ name }) => {
      const text = page(name);
      expect(text).toContain(`"driver": "${name}"`);
      expect(text).toMatch(/^\| channel \| unit \|/m);
      const [, reasons = ''] = text.split(/^\| reason \| when \|$/m);
      const rows = reasons.trimStart().split('\n\n', 1)[0] ?? '';
      const named = [...rows.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell = '']) =>
        [...cell.matchAll(/`([\w-]+)`/g)].map(([, reason]) => reason),
      );
      expect(named).toContain('not-present');
      for (const reason of named) expect(readingReasons).toContain(reason);
    },
  );

  it('states the channels and times of the BME280 driver', () => {
    const text = page('bme280');
    for (const { name, unit, minimum, maximum, accuracy } of bme280Channels) {
      expect(text).toContain(`| \`${name}\` | ${unit} | ${minimum} to ${maximum} | ${accuracy} |`);
    }
    for (const oversampling of oversamplings) {
      const { conversionNs = 0n, shortestIntervalNs } = bme280Times(oversampling);
      const milliseconds = (durationNs: bigint) => `${Number(durationNs) / 1e6} ms`;
      expect(text).toContain(
        `| ${oversampling} | ${milliseconds(conversionNs)} | ${milliseconds(shortestIntervalNs)} |`,
      );
    }
  });
});
