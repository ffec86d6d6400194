import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sensorErrorTable } from './error.ts';
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
});
