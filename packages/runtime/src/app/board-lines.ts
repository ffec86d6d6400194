import { type GpioChipNames, type GpioLineNames, HalError } from '@kanchi/hal';
import { findHeaderPin } from '@kanchi/hal/raspberry-pi';
import { RuntimeError } from '../error.ts';
import type { BoardFile } from './board-schema.ts';
import { printable } from './file-problem.ts';
import { nearestName } from './nearest-name.ts';

type FileLines = BoardFile['lines'];
type FileLine = FileLines[string];

/** A line by its offset on its chip, also where the file says the pin of the header or a name. */
export interface BoardLine extends Readonly<Omit<FileLine, 'line' | 'pin'>> {
  readonly line: number;
}

/** Where a line is: its chip's label, undefined for the header's chip, and its offset there. */
type Place = Pick<BoardLine, 'chip' | 'line'>;

/**
 * The lines of a board file, each with its offset. Names are asked for once for all lines, and only when there are some. Throws
 * RuntimeError KANCHI_BOARD_INVALID, KANCHI_BACKEND_UNAVAILABLE.
 */
export function boardLines(
  lines: FileLines,
  source: string,
  lineNames: GpioLineNames | undefined,
): ReadonlyMap<string, BoardLine> {
  let chips: readonly GpioChipNames[] | undefined;
  const placeByName = (field: string, name: string, chip: string | undefined): Place => {
    chips ??= chipsOf(Object.values(lines), `${source}: ${field}`, lineNames);
    return findPlace(chips, name, chip, `${source}: ${field}`);
  };
  return new Map(
    Object.entries(lines).map(([label, { line, pin, ...rest }]) => {
      const field = `"lines.${label}`;
      checkOneOf({ line, pin, lineName: rest.lineName }, `${source}: ${field}"`);
      if (line !== undefined) return [label, { line, ...rest }];
      if (rest.lineName !== undefined) {
        const { chip: _, ...others } = rest;
        return [label, { ...others, ...placeByName(`${field}.lineName"`, rest.lineName, rest.chip) }];
      }
      return [label, { line: lineOfPin(pin, rest.chip, `${source}: ${field}.pin"`), ...rest }];
    }),
  );
}

function checkOneOf(fields: Pick<FileLine, 'line' | 'pin' | 'lineName'>, place: string): void {
  const given = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`"${name}"`]));
  if (given.length === 0) {
    invalid(
      `${place}: "line", "pin" or "lineName" is missing: the offset of the line (on a Raspberry Pi the BCM number), its pin of the header, or its name`,
    );
  }
  if (given.length > 1) {
    const last = given.pop();
    const what =
      given.length === 1
        ? `both ${given[0]} and ${last}; leave out one`
        : `${given.join(', ')} and ${last}; leave one`;
    invalid(`${place}: it has ${what}`);
  }
}

/** The pins of the header are the same lines on every Raspberry Pi that has one of 40 pins. */
function lineOfPin(pin: number | undefined, chip: string | undefined, place: string): number {
  if (chip !== undefined) {
    invalid(`${place}: the header has one chip; leave out "chip", or say "line" instead of "pin"`);
  }
  const found = pin === undefined ? undefined : findHeaderPin(pin);
  if (found?.kind !== 'line') {
    invalid(
      `${place}: pin ${pin} of the header is ${found?.kind ?? 'not there'}, no line; kanchi pins shows what each pin is`,
    );
  }
  return found.line;
}

function chipsOf(
  lines: readonly FileLine[],
  place: string,
  lineNames: GpioLineNames | undefined,
): readonly GpioChipNames[] {
  if (lineNames === undefined) {
    invalid(
      `${place}: only the hardware knows where a line by name is, and none was given; say "line" instead`,
    );
  }
  const wanted = lines.flatMap(({ chip, line, pin, lineName }) => {
    const offset = line ?? (pin === undefined ? undefined : lineOfHeaderPin(pin));
    return {
      ...(chip === undefined ? {} : { chip }),
      ...(offset === undefined ? {} : { offset }),
      ...(lineName === undefined ? {} : { name: lineName }),
    };
  });
  try {
    return lineNames.gpioChipNames(wanted);
  } catch (error) {
    if (!(error instanceof HalError)) throw error;
    throw unavailable(place, error);
  }
}

function lineOfHeaderPin(pin: number): number | undefined {
  const found = findHeaderPin(pin);
  return found?.kind === 'line' ? found.line : undefined;
}

/** The one line that has the name. Requests find a chip by its label: of two with one label the first. */
function findPlace(
  chips: readonly GpioChipNames[],
  name: string,
  chip: string | undefined,
  place: string,
): Place {
  const failure = chips.find((each) => each.failure !== undefined)?.failure;
  const asked = chips.filter(
    (each) => each.failure === undefined && (chip === undefined || each.label === chip),
  );
  if (asked.length === 0) {
    if (failure !== undefined) throw unavailable(place, failure);
    const there = chips.length === 0 ? 'there are no chips' : `there are: ${chips.map(chipText).join(', ')}`;
    invalid(
      chip === undefined
        ? `${place}: no line is called "${printable(name)}", as ${there}`
        : `${place}: no GPIO chip has the label "${printable(chip)}"; ${there}`,
    );
  }
  const found = asked.flatMap((each) =>
    each.lineNames.flatMap((lineName, line) => (lineName === name ? [{ each, line }] : [])),
  );
  const [first, second] = found;
  if (first === undefined) {
    // It may be on the chip that could not be asked.
    if (failure !== undefined) throw unavailable(place, failure);
    const nearest = nearestName(
      name,
      asked.flatMap(({ lineNames }) => lineNames.filter((lineName) => lineName !== '')),
    );
    invalid(
      `${place}: no line is called "${printable(name)}"; looked at ${asked.map(chipText).join(', ')}` +
        (nearest === undefined ? '' : `; did you mean "${printable(nearest)}"?`),
    );
  }
  if (second !== undefined) {
    const places = found.map(({ each, line }) => `line ${line} of ${chipText(each)}`).join(', ');
    const labels = new Set(found.map(({ each }) => each.label));
    invalid(
      `${place}: several lines are called "${printable(name)}": ${places}; ` +
        (labels.size > 1 ? 'say which with "chip"' : 'say which with "line" and "chip" instead'),
    );
  }
  const { each, line } = first;
  const sameLabel = chips.find(({ label }) => label === each.label);
  if (sameLabel !== each) {
    invalid(
      `${place}: line ${line} of ${chipText(each)} is not to be had: another chip before it has the same label${sameLabel?.path === undefined ? '' : ` (${sameLabel.path})`}`,
    );
  }
  // As a line by its offset would have it, so that the two are seen to be one.
  if (chip === undefined && each.isHeader) return { line };
  return { line, chip: each.label };
}

function chipText({ label, path, lineNames }: GpioChipNames): string {
  const lines = `${lineNames.length} lines`;
  return `${label === '' ? 'a chip without a label' : printable(label)} (${path === undefined ? lines : `${path}, ${lines}`})`;
}

function unavailable(place: string, cause: HalError): RuntimeError {
  return new RuntimeError('KANCHI_BACKEND_UNAVAILABLE', `${place}: ${cause.message}`, { cause });
}

function invalid(message: string): never {
  throw new RuntimeError('KANCHI_BOARD_INVALID', message);
}
