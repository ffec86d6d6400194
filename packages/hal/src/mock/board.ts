import type { WorldClock } from '../contract/clock.ts';
import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal, HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import type { GpioPart, I2cChip } from './chip.ts';
import type { MockGpioChipDescription } from './gpio-chip.ts';
import { MockGpioChip } from './gpio-chip.ts';
import { checkConsumer, HandleSet } from './handle-set.ts';
import type { MockI2cOptions } from './i2c-bus.ts';
import { MockI2cBus, MockI2cWires } from './i2c-bus.ts';
import type { MockPin } from './mock-pin.ts';
import { Wiring } from './net.ts';
import { Trace } from './trace.ts';

export interface MockBoardOptions {
  /** The time that the board lives in. Boards may share a clock. */
  readonly clock: WorldClock;
  /** The first one has the header lines. Default one chip `pinctrl-mock` with 54 lines. */
  readonly chips?: readonly MockGpioChipDescription[];
  readonly trace?: { readonly capacity?: number };
  readonly i2c?: MockI2cOptions;
}

/** Chips on one board, buses of one kind. */
export const MAX_GPIO_CHIPS = 16;
export const MAX_BUSES = 256;

const defaultChips: readonly MockGpioChipDescription[] = [
  // As many lines as the BCM2835 has (BCM2835 ARM Peripherals, section 6).
  { label: 'pinctrl-mock', lineCount: 54 },
];

const capabilities: HalCapabilities = {
  gpio: true,
  gpioEdges: true,
  gpioBias: true,
  i2c: true,
  spi: true,
  uart: true,
  mmio: true,
};

/**
 * Simulated hardware: the `Hal` that apps use on one side, the world that tests and simulations move on the other.
 * Boards are independent of each other; nothing is global.
 */
export class MockBoard implements Hal {
  readonly capabilities = capabilities;
  readonly clock: WorldClock;
  readonly trace: Trace;
  readonly #handles = new HandleSet();
  readonly #chips: readonly MockGpioChip[];
  readonly #wiring = new Wiring();
  readonly #i2cOptions: MockI2cOptions;
  readonly #i2cBuses = new Map<number, MockI2cWires>();

  constructor(options: MockBoardOptions) {
    this.clock = options.clock;
    this.trace = new Trace(options.clock, options.trace?.capacity);
    const chips = options.chips ?? defaultChips;
    if (chips.length < 1 || chips.length > MAX_GPIO_CHIPS) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a board has 1 to ${MAX_GPIO_CHIPS} GPIO chips, not ${chips.length}`,
      );
    }
    this.#chips = chips.map((chip) => new MockGpioChip(chip, this.clock, this.trace, this.#handles));
    this.#i2cOptions = options.i2c ?? {};
    for (const bus of this.#i2cOptions.buses ?? []) this.declareI2cBus(bus);
  }

  info(): HalInfo {
    return {
      backend: 'mock',
      simulated: true,
      description: 'simulated hardware',
      drivers: { gpio: 'mock', i2c: 'mock', spi: 'mock', uart: 'mock', mmio: 'mock' },
    };
  }

  // The world's side.

  /** The line as the world sees it. Throws HAL_NO_SUCH_DEVICE. */
  line(offset: number, chip?: string): MockPin {
    return this.#chip(chip).pin(offset);
  }

  /**
   * Joins two lines (offsets on the header chip, or pins of `line`). Returns what cuts the wire again.
   * Throws HAL_NO_SUCH_DEVICE, HAL_LIMIT_REACHED.
   */
  wire(a: number | MockPin, b: number | MockPin): () => void {
    const pinOf = (pin: number | MockPin): MockPin => (typeof pin === 'number' ? this.line(pin) : pin);
    return this.#wiring.join(pinOf(a).pad, pinOf(b).pad);
  }

  /** Wires a part to a line. Returns what takes it off. */
  attachGpioPart(offset: number, part: GpioPart, chip?: string): () => void {
    return this.line(offset, chip).attach(part);
  }

  /** Makes a bus exist without a chip on it. Idempotent. */
  declareI2cBus(bus: number): void {
    this.#i2cWires(bus);
  }

  /**
   * Puts a chip on a bus, which exists from then on. Returns what takes it off (idempotent).
   * Throws HAL_BAD_ARGUMENT for an address outside 0x08 to 0x77 or in use.
   */
  attachI2cChip(bus: number, address: number, chip: I2cChip): () => void {
    return this.#i2cWires(bus).attach(address, chip);
  }

  // The Hal.

  openGpioLine(request: GpioLineRequest): GpioLine {
    return this.#chip(request.chip).open(request);
  }

  openI2cBus(request: I2cBusRequest): I2cBus {
    checkConsumer(request.consumer);
    const wires = this.#i2cBuses.get(request.bus);
    if (wires === undefined)
      throw noSuchDevice(`I2C bus ${request.bus}`, [...this.#i2cBuses.keys()].map(String));
    this.#handles.checkRoom();
    return new MockI2cBus(wires, request, this.#handles);
  }

  openSpiDevice(request: SpiDeviceRequest): SpiDevice {
    throw noSuchDevice(`SPI device ${request.bus}.${request.chipSelect}`, []);
  }

  openUartPort(request: UartPortRequest): UartPort {
    throw noSuchDevice(`serial port ${request.port}`, []);
  }

  openMmioWindow(request: MmioWindowRequest): MmioWindow {
    throw noSuchDevice(`register block ${request.device}`, []);
  }

  openHandleCount(): number {
    return this.#handles.count;
  }

  /** What is open and who holds it, one text per handle. */
  openHandles(): string[] {
    return this.#handles.descriptions();
  }

  close(): void {
    this.#handles.closeAll();
  }

  #chip(label: string | undefined): MockGpioChip {
    const chip = label === undefined ? this.#chips[0] : this.#chips.find((each) => each.label === label);
    if (chip === undefined) {
      throw noSuchDevice(
        `GPIO chip ${label}`,
        this.#chips.map((each) => each.label),
      );
    }
    return chip;
  }

  #i2cWires(bus: number): MockI2cWires {
    let wires = this.#i2cBuses.get(bus);
    if (wires === undefined) {
      checkBusNumber(bus, this.#i2cBuses.size);
      wires = new MockI2cWires(bus, this.#i2cOptions, this.clock, this.trace);
      this.#i2cBuses.set(bus, wires);
    }
    return wires;
  }
}

function checkBusNumber(bus: number, count: number): void {
  if (!Number.isInteger(bus) || bus < 0) {
    throw new HalError('HAL_BAD_ARGUMENT', `a bus number is a whole number from 0, not ${String(bus)}`);
  }
  if (count >= MAX_BUSES) {
    throw new HalError('HAL_LIMIT_REACHED', `a board has at most ${MAX_BUSES} buses of one kind`, {
      details: { limit: 'MAX_BUSES', value: MAX_BUSES },
    });
  }
}

function noSuchDevice(what: string, known: readonly string[]): HalError {
  const hint = known.length === 0 ? 'there is none' : `there is ${known.join(', ')}`;
  return new HalError('HAL_NO_SUCH_DEVICE', `the mock board has no ${what}: ${hint}`, { errno: 'ENOENT' });
}
