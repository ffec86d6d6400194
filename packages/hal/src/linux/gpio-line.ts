import type { EdgeWatchOptions, GpioLine, GpioLineRequest, Level, LineDirection } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { checkLevel, checkWatchOptions } from '../gpio-request.ts';
import { busyError, closedError } from '../handle-set.ts';
import type { EdgeEvents } from './edge-events.ts';
import { halErrorOf, withErrno } from './errno-error.ts';
import {
  decodeRequestedDescriptor,
  encodeLineConfig,
  encodeLineRequest,
  GPIO_V2_GET_LINE,
  GPIO_V2_LINE_GET_VALUES,
  GPIO_V2_LINE_SET_CONFIG,
  GPIO_V2_LINE_SET_VALUES,
  LINE_CONFIG_BYTES,
  LINE_REQUEST_BYTES,
  LINE_VALUES_BYTES,
  type LineConfig,
  lineFlag,
} from './gpio-abi.ts';
import type { GpioChip, GpioChips } from './gpio-chips.ts';
import type { OutputNotes } from './held-outputs.ts';
import { KERNEL_EDGE_EVENTS } from './limits.ts';
import { closeDescriptor, withMemory } from './native-resources.ts';
import { type NativeMemory, type Sys, SysError } from './sys.ts';

export interface LinuxLineParts {
  /** Notes outputs for whoever drives them when this process is killed. Default nobody. */
  readonly heldOutputs?: OutputNotes | undefined;
  readonly sys: Sys;
  readonly chips: GpioChips;
  readonly edges: EdgeEvents;
}

/** One line of the character device. */
export class LinuxGpioLine implements GpioLine {
  readonly offset: number;
  readonly direction: LineDirection;
  readonly description: string;
  readonly #sys: Sys;
  readonly #edges: EdgeEvents;
  readonly #flags: bigint;
  readonly #safeLevel: Level | undefined;
  readonly #onClose: (line: LinuxGpioLine) => void;
  readonly #values: NativeMemory;
  readonly #released: () => void;
  readonly #details: { readonly chip: string; readonly offset: number };
  #fileDescriptor: number | undefined;
  #watchKey: number | undefined;
  /** The kernel's number of the last edge that an earlier watch has seen. */
  #lastSequence = 0;

  /** Throws HAL_BUSY with the owner, HAL_NO_SUCH_DEVICE, HAL_NOT_SUPPORTED, HAL_PERMISSION. */
  constructor(parts: LinuxLineParts, request: GpioLineRequest, onClose: (line: LinuxGpioLine) => void) {
    const { sys, chips, edges } = parts;
    const chip = chips.find(request.chip);
    const { offset, direction } = request;
    this.offset = offset;
    this.direction = direction;
    this.description = `gpio ${chip.label}/${offset} (${request.consumer})`;
    this.#details = { chip: chip.label, offset };
    if (offset >= chip.lineCount) {
      throw new HalError(
        'HAL_NO_SUCH_DEVICE',
        `${chip.label} has lines 0 to ${chip.lineCount - 1}, and no line ${offset}`,
        { details: this.#details },
      );
    }
    this.#sys = sys;
    this.#edges = edges;
    this.#flags = flagsOf(request);
    this.#safeLevel = direction === 'output' ? request.safeLevel : undefined;
    this.#onClose = onClose;
    this.#values = withErrno('open', this.description, this.#details, () => sys.allocate(LINE_VALUES_BYTES));
    let released = (): void => {};
    try {
      // Before the kernel has it: nobody takes a line that is free and was not asked for, but one that is busy is left alone.
      released = parts.heldOutputs?.holdLine(request) ?? released;
      this.#fileDescriptor = requestLine(parts, chip, request, this.#flags);
    } catch (error) {
      released();
      sys.free(this.#values);
      throw error;
    }
    this.#released = released;
    // The mask: the one line of the request.
    this.#values.bytes[8] = 1;
  }

  read(): Level {
    const fileDescriptor = this.#open();
    this.#attempt('read', () => this.#sys.ioctl(fileDescriptor, GPIO_V2_LINE_GET_VALUES, this.#values));
    return ((this.#values.bytes[0] as number) & 1) === 1 ? 1 : 0;
  }

  write(level: Level): void {
    const fileDescriptor = this.#open();
    if (this.direction !== 'output') throw this.#modeError('an input cannot be written');
    checkLevel(level);
    this.#values.bytes[0] = level;
    this.#attempt('write', () => this.#sys.ioctl(fileDescriptor, GPIO_V2_LINE_SET_VALUES, this.#values));
  }

  watch(options: EdgeWatchOptions): void {
    const fileDescriptor = this.#open();
    if (this.direction !== 'input') throw this.#modeError('an output has no edge events');
    checkWatchOptions(options);
    this.unwatch();
    const { edges, debounceUs = 0, sink, token } = options;
    const rising = edges === 'falling' ? 0n : lineFlag.edgeRising;
    const falling = edges === 'rising' ? 0n : lineFlag.edgeFalling;
    const on = { flags: this.#flags | rising | falling, debounceUs };
    this.#attempt('watch', () => this.#switchOn(fileDescriptor, on));
    const line = {
      fileDescriptor,
      configOn: configBytes(on),
      configOff: configBytes({ flags: this.#flags }),
      lastSequence: this.#lastSequence,
    };
    try {
      this.#watchKey = this.#edges.watch(line, sink, token);
    } catch (error) {
      try {
        this.#switchOff(fileDescriptor);
      } catch (second) {
        // Edges that nobody reads do no harm: the kernel drops the oldest.
        if (!(second instanceof SysError)) throw second;
      }
      throw error;
    }
  }

  unwatch(): void {
    const fileDescriptor = this.#open();
    const key = this.#watchKey;
    if (key === undefined) return;
    this.#watchKey = undefined;
    try {
      // No new ones first, so that what is read to the end stays at its end.
      this.#attempt('unwatch', () => this.#switchOff(fileDescriptor));
    } finally {
      this.#lastSequence = this.#edges.unwatch(key);
    }
  }

  close(): void {
    const fileDescriptor = this.#fileDescriptor;
    if (fileDescriptor === undefined) return;
    this.#fileDescriptor = undefined;
    this.#onClose(this);
    try {
      // Before the descriptor goes: its number may be another file's next.
      if (this.#watchKey !== undefined) this.#edges.unwatch(this.#watchKey);
      if (this.#safeLevel !== undefined) {
        this.#values.bytes[0] = this.#safeLevel;
        this.#attempt('safe level', () =>
          this.#sys.ioctl(fileDescriptor, GPIO_V2_LINE_SET_VALUES, this.#values),
        );
      }
    } finally {
      closeDescriptor(this.#sys, fileDescriptor);
      this.#sys.free(this.#values);
      this.#released();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): number {
    if (this.#fileDescriptor === undefined) throw closedError(this.description);
    return this.#fileDescriptor;
  }

  #switchOn(fileDescriptor: number, config: LineConfig): void {
    try {
      this.#configure(fileDescriptor, config);
    } catch (error) {
      if (!(error instanceof SysError && noEdgeErrnos.includes(error.errno))) throw error;
      throw new HalError('HAL_NOT_SUPPORTED', `${this.description}: the chip tells no edges of this line`, {
        details: this.#details,
        errno: error.errno,
        cause: error,
      });
    }
  }

  #switchOff(fileDescriptor: number): void {
    this.#configure(fileDescriptor, { flags: this.#flags });
  }

  #configure(fileDescriptor: number, config: LineConfig): void {
    withMemory(this.#sys, LINE_CONFIG_BYTES, (memory) => {
      encodeLineConfig(memory.bytes, config);
      this.#sys.ioctl(fileDescriptor, GPIO_V2_LINE_SET_CONFIG, memory);
    });
  }

  #attempt(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      throw halErrorOf(error, 'gpio', `${this.description}, ${what}`, this.#details);
    }
  }

  #modeError(text: string): HalError {
    return new HalError('HAL_GPIO_MODE', `${this.description}: ${text}`, { details: this.#details });
  }
}

/** Of chips and lines without interrupts (edge_detector_setup and debounce_setup in gpiolib-cdev.c, and the drivers below). */
const noEdgeErrnos = ['ENXIO', 'EINVAL', 'EOPNOTSUPP', 'ENOTSUP'];

function configBytes(config: LineConfig): Uint8Array {
  const bytes = new Uint8Array(LINE_CONFIG_BYTES);
  encodeLineConfig(bytes, config);
  return bytes;
}

const biasFlags = {
  'as-is': 0n,
  disabled: lineFlag.biasDisabled,
  'pull-up': lineFlag.pullUp,
  'pull-down': lineFlag.pullDown,
} as const;

const driveFlags = {
  'push-pull': 0n,
  'open-drain': lineFlag.openDrain,
  'open-source': lineFlag.openSource,
} as const;

function flagsOf({ direction, activeLow, bias = 'as-is', drive = 'push-pull' }: GpioLineRequest): bigint {
  return (
    (direction === 'output' ? lineFlag.output | driveFlags[drive] : lineFlag.input) |
    biasFlags[bias] |
    (activeLow === true ? lineFlag.activeLow : 0n)
  );
}

function requestLine(
  { sys, chips }: LinuxLineParts,
  chip: GpioChip,
  request: GpioLineRequest,
  flags: bigint,
): number {
  const { offset, consumer, direction, initialLevel = 0 } = request;
  const what = `gpio ${chip.label}/${offset}`;
  const details = { chip: chip.label, offset };
  const chipDescriptor = chips.open(chip);
  try {
    return withMemory(sys, LINE_REQUEST_BYTES, (memory) => {
      encodeLineRequest(memory.bytes, {
        offset,
        consumer,
        flags,
        eventBufferSize: direction === 'input' ? KERNEL_EDGE_EVENTS : 0,
        ...(direction === 'output' ? { level: initialLevel } : {}),
      });
      sys.ioctl(chipDescriptor, GPIO_V2_GET_LINE, memory);
      return decodeRequestedDescriptor(memory.bytes);
    });
  } catch (error) {
    if (error instanceof SysError && error.errno === 'EBUSY') {
      throw busyError(what, ownerOf(chips, chip, offset));
    }
    throw withContext(error, what, details);
  } finally {
    closeDescriptor(sys, chipDescriptor);
  }
}

/** The kernel cannot do what the request asks of this line: bias, drive. */
function withContext(error: unknown, what: string, details: { chip: string; offset: number }): unknown {
  if (error instanceof SysError && error.errno === 'EINVAL') {
    return new HalError(
      'HAL_NOT_SUPPORTED',
      `${what}: the chip does not take this bias, drive or direction`,
      {
        details,
        errno: error.errno,
        cause: error,
      },
    );
  }
  return halErrorOf(error, 'gpio', what, details);
}

/** For the error: who the kernel says has the line. */
function ownerOf(chips: GpioChips, chip: GpioChip, offset: number): string {
  try {
    const { consumer } = chips.lineInfo(chip, offset);
    return consumer === '' ? 'the kernel (no name given)' : consumer;
  } catch (error) {
    if (!(error instanceof HalError)) throw error;
    return 'somebody who the kernel does not name';
  }
}
