import type { WorldClock } from '../contract/clock.ts';
import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { checkLineRequest } from '../gpio-request.ts';
import type { HandleSet } from '../handle-set.ts';
import { busyError, checkConsumer } from '../handle-set.ts';
import { MockGpioLine } from './gpio-line.ts';
import { MockPin } from './mock-pin.ts';
import { Pad } from './pad.ts';
import type { Trace } from './trace.ts';

export interface MockGpioChipDescription {
  /** As the kernel would report it. */
  readonly label: string;
  /** 1 to MAX_GPIO_LINES. */
  readonly lineCount: number;
  /** What the lines are called, by offset; shorter than the chip when the rest has no names. Default none. */
  readonly lineNames?: readonly string[];
}

/** Lines that one chip may have. */
const MAX_GPIO_LINES = 512;

/** The lines of one simulated GPIO chip and who owns them. */
export class MockGpioChip {
  readonly label: string;
  readonly lineCount: number;
  readonly lineNames: readonly string[];
  readonly #pins: MockPin[] = [];
  readonly #owners: (string | undefined)[] = [];
  readonly #clock: WorldClock;
  readonly #handles: HandleSet;

  constructor(description: MockGpioChipDescription, clock: WorldClock, trace: Trace, handles: HandleSet) {
    const { label, lineCount, lineNames = [] } = description;
    if (!Number.isInteger(lineCount) || lineCount < 1 || lineCount > MAX_GPIO_LINES) {
      throw new HalError('HAL_BAD_ARGUMENT', `a chip has 1 to ${MAX_GPIO_LINES} lines, not ${lineCount}`);
    }
    if (lineNames.length > lineCount) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `${label} has ${lineCount} lines, and names for ${lineNames.length}`,
      );
    }
    this.label = label;
    this.lineNames = Array.from({ length: lineCount }, (_, offset) => lineNames[offset] ?? '');
    this.lineCount = lineCount;
    this.#clock = clock;
    this.#handles = handles;
    for (let offset = 0; offset < lineCount; offset += 1) {
      const pad = new Pad(`${label}/${offset}`, trace);
      const ownerOf = (): string | undefined => this.#owners[offset];
      this.#pins.push(new MockPin({ offset, chip: label, pad, clock, ownerOf }));
    }
  }

  /** Throws HAL_NO_SUCH_DEVICE. */
  pin(offset: number): MockPin {
    const pin = this.#pins[offset];
    if (pin === undefined) {
      throw new HalError(
        'HAL_NO_SUCH_DEVICE',
        `${this.label} has no line ${offset}: it has lines 0 to ${this.lineCount - 1}`,
        { details: { chip: this.label, offset }, errno: 'EINVAL' },
      );
    }
    return pin;
  }

  open(request: GpioLineRequest): GpioLine {
    checkConsumer(request.consumer);
    checkLineRequest(request);
    const pin = this.pin(request.offset);
    const owner = this.#owners[request.offset];
    if (owner !== undefined) throw busyError(`line ${pin.pad.name}`, owner);
    this.#handles.checkRoom();
    this.#owners[request.offset] = request.consumer;
    return new MockGpioLine({
      request,
      pad: pin.pad,
      clock: this.#clock,
      handles: this.#handles,
      release: () => {
        this.#owners[request.offset] = undefined;
      },
    });
  }
}
