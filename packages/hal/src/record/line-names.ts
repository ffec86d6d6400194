import type { GpioChipNames, GpioLineNames } from '../contract/gpio.ts';
import type { Recording } from './parse-recording.ts';
import type { RecordedLineName } from './recording-entry.ts';

/** What the chip with the header lines is called where its label is not known. */
const HEADER_CHIP = 'the header chip';

/** The lines that a recording has by name, for the board file of its replay: the same requests come of it as were recorded. */
export function recordedLineNames({ lineNames }: Pick<Recording, 'lineNames'>): GpioLineNames {
  const byChip = new Map<string | undefined, RecordedLineName[]>();
  for (const line of lineNames) byChip.set(line.chip, [...(byChip.get(line.chip) ?? []), line]);
  const chips = [...byChip].map(([chip, lines]): GpioChipNames => {
    const names = new Map(lines.map(({ offset, name }) => [offset, name]));
    const lineCount = Math.max(...names.keys()) + 1;
    return {
      label: chip ?? HEADER_CHIP,
      isHeader: chip === undefined,
      lineNames: Array.from({ length: lineCount }, (_, offset) => names.get(offset) ?? ''),
    };
  });
  return { gpioChipNames: () => chips };
}
