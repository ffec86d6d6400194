import type { WorldClock } from '../contract/clock.ts';
import type { GpioChipNames, GpioLine, GpioLineNames, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal, HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import { checkConsumer, HandleSet } from '../handle-set.ts';
import { headerLineNames } from '../raspberry-pi/header-line-names.ts';
import { checkChips, checkNumber, checkRoom, chipWith, noSuchDevice } from './board-lookup.ts';
import type { GpioPart, I2cChip, MmioBlock, SpiChip, UartPeer } from './chip.ts';
import type { HardwareTarget } from './fault.ts';
import { FaultSet } from './fault-set.ts';
import type { MockGpioChipDescription } from './gpio-chip.ts';
import { MockGpioChip } from './gpio-chip.ts';
import type { I2cSlot, MockI2cOptions } from './i2c-bus.ts';
import { MockI2cBus, MockI2cWires } from './i2c-bus.ts';
import { MAX_MMIO_BLOCK_BYTES, MockMmioWindow } from './mmio-window.ts';
import type { MockPin } from './mock-pin.ts';
import { Wiring } from './net.ts';
import type { MockPwmChipDescription } from './pwm-chip.ts';
import { MockPwmChip } from './pwm-chip.ts';
import type { MockPwmOutput } from './pwm-output.ts';
import type { MockSpiOptions } from './spi-device.ts';
import { MockSpiDevice, MockSpiSocket } from './spi-device.ts';
import { Trace } from './trace.ts';
import type { MockUartOptions, UartPeerOptions } from './uart-line.ts';
import { MockUartLine } from './uart-line.ts';
import { MockUartPort } from './uart-port.ts';

export interface MockBoardOptions {
  /** The time that the board lives in. Boards may share a clock. */
  readonly clock: WorldClock;
  /** The first one has the header lines. Default one chip `pinctrl-mock` with 54 lines, of which 28 have the names of a Raspberry Pi's. */
  readonly chips?: readonly MockGpioChipDescription[];
  /** PWM controllers; the first one is the header's. Default one `pwm-mock` with 4 channels. */
  readonly pwm?: readonly MockPwmChipDescription[];
  readonly trace?: { readonly capacity?: number };
  readonly i2c?: MockI2cOptions;
  readonly spi?: MockSpiOptions;
  readonly uart?: MockUartOptions;
}

/** GPIO chips and PWM controllers on one board. */
const MAX_GPIO_CHIPS = 16;
const MAX_PWM_CHIPS = 16;

const defaultChips: readonly MockGpioChipDescription[] = [
  // As many lines as the BCM2835 has (BCM2835 ARM Peripherals, section 6).
  { label: 'pinctrl-mock', lineCount: 54, lineNames: headerLineNames },
];

const defaultPwmChips: readonly MockPwmChipDescription[] = [
  // As many as the header's controller of a Raspberry Pi 5 has; the others have two.
  { label: 'pwm-mock', channelCount: 4 },
];

const capabilities: HalCapabilities = {
  gpio: true,
  gpioEdges: true,
  gpioBias: true,
  i2c: true,
  spi: true,
  uart: true,
  mmio: true,
  pwm: true,
};

/**
 * Simulated hardware: the `Hal` that apps use on one side, the world that tests and simulations move on the other.
 * Boards are independent of each other; nothing is global.
 */
export class MockBoard implements Hal, GpioLineNames {
  readonly capabilities = capabilities;
  readonly clock: WorldClock;
  readonly trace: Trace;
  readonly faults: FaultSet;
  readonly #handles = new HandleSet();
  readonly #chips: readonly MockGpioChip[];
  readonly #wiring = new Wiring();
  readonly #i2cOptions: MockI2cOptions;
  readonly #i2cBuses = new Map<number, MockI2cWires>();
  readonly #spiOptions: MockSpiOptions;
  readonly #spiSockets = new Map<string, MockSpiSocket>();
  readonly #uartOptions: MockUartOptions;
  readonly #uartLines = new Map<string, MockUartLine>();
  readonly #mmioBlocks = new Map<string, MmioBlock>();
  readonly #pwmChips: readonly MockPwmChip[];

  constructor(options: MockBoardOptions) {
    this.clock = options.clock;
    this.trace = new Trace(options.clock, options.trace?.capacity);
    this.faults = new FaultSet(options.clock, this.trace, {
      exists: (target) => this.#find(target) !== undefined,
      unplug: (target) => this.unplug(target),
      replug: (target) => this.replug(target),
      reset: (target) => this.reset(target),
    });
    const chips = options.chips ?? defaultChips;
    checkChips('GPIO chips', chips, MAX_GPIO_CHIPS);
    const pwmChips = options.pwm ?? defaultPwmChips;
    checkChips('PWM controllers', pwmChips, MAX_PWM_CHIPS);
    this.#chips = chips.map((chip) => new MockGpioChip(chip, this.clock, this.trace, this.#handles));
    this.#pwmChips = pwmChips.map((chip) => new MockPwmChip(chip, this.trace, this.#handles, this.faults));
    this.#i2cOptions = options.i2c ?? {};
    this.#spiOptions = options.spi ?? {};
    this.#uartOptions = options.uart ?? {};
    for (const bus of this.#i2cOptions.buses ?? []) this.declareI2cBus(bus);
    for (const { bus, chipSelect } of this.#spiOptions.devices ?? []) this.declareSpiDevice(bus, chipSelect);
    for (const port of this.#uartOptions.ports ?? []) this.declareUartPort(port);
  }

  info(): HalInfo {
    return {
      backend: 'mock',
      simulated: true,
      description: 'simulated hardware',
      drivers: { gpio: 'mock', i2c: 'mock', spi: 'mock', uart: 'mock', mmio: 'mock', pwm: 'mock' },
    };
  }

  // The world's side.

  /** Lines of a chip. Throws HAL_NO_SUCH_DEVICE. */
  lineCount(chip?: string): number {
    return this.#chip(chip).lineCount;
  }

  /** The line as the world sees it. Throws HAL_NO_SUCH_DEVICE. */
  line(offset: number, chip?: string): MockPin {
    return this.#chip(chip).pin(offset);
  }

  /** The PWM output as the world sees it. Throws HAL_NO_SUCH_DEVICE. */
  pwm(channel: number, chip?: string): MockPwmOutput {
    return this.#pwmChip(chip).output(channel);
  }

  /** Channels of a PWM controller. Throws HAL_NO_SUCH_DEVICE. */
  pwmChannelCount(chip?: string): number {
    return this.#pwmChip(chip).channelCount;
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

  /** Makes a chip select exist without a chip on it (it reads 0xff). Idempotent. */
  declareSpiDevice(bus: number, chipSelect: number): void {
    this.#spiSocket(bus, chipSelect);
  }

  /** Puts a chip on a chip select. Returns what takes it off. Throws HAL_BAD_ARGUMENT when one is there. */
  attachSpiChip(bus: number, chipSelect: number, chip: SpiChip): () => void {
    return this.#spiSocket(bus, chipSelect).attach(chip);
  }

  /** Makes a serial port exist without a peer. Idempotent. */
  declareUartPort(port: string): void {
    this.#uartLine(port);
  }

  /** Connects a peer. Returns what takes it off, which the port sees as silence. Throws HAL_BAD_ARGUMENT. */
  attachUartPeer(port: string, peer: UartPeer, options: UartPeerOptions = {}): () => void {
    return this.#uartLine(port).attach(peer, options);
  }

  /** Bytes that peers sent to a port while nobody had it open. Throws HAL_NO_SUCH_DEVICE. */
  uartLostCount(port: string): number {
    return this.#knownUartLine(port).lostCount;
  }

  /** Makes a register block exist under a device name. Returns what takes it off; open windows keep it. */
  attachMmioBlock(device: string, block: MmioBlock): () => void {
    checkRoom(this.#mmioBlocks.size);
    if (this.#mmioBlocks.has(device) || block.byteLength > MAX_MMIO_BLOCK_BYTES) {
      throw new HalError('HAL_BAD_ARGUMENT', `${device} has a block already, or the block is too long`, {
        details: { device, limit: 'MAX_MMIO_BLOCK_BYTES', value: MAX_MMIO_BLOCK_BYTES },
      });
    }
    this.#mmioBlocks.set(device, block);
    return () => {
      if (this.#mmioBlocks.get(device) === block) this.#mmioBlocks.delete(device);
    };
  }

  /**
   * The part loses contact and power: an I2C chip does not acknowledge, an SPI chip reads 0xff, a serial port is
   * disconnected. Idempotent. Throws HAL_NO_SUCH_DEVICE.
   */
  unplug(target: HardwareTarget): void {
    const place = this.#at(target, 'unplug');
    if (place instanceof MockUartLine) place.unplug();
    else place.plugged = false;
  }

  /**
   * The part is back, with reset values. A serial port that was open stays disconnected and has to be opened again.
   * Throws HAL_NO_SUCH_DEVICE.
   */
  replug(target: HardwareTarget): void {
    const place = this.#at(target, 'replug');
    if (place instanceof MockUartLine) {
      place.replug();
      return;
    }
    place.plugged = true;
    place.chip?.reset?.();
  }

  /** The part takes its reset values, as after a dip of its supply. Throws HAL_NO_SUCH_DEVICE. */
  reset(target: HardwareTarget): void {
    const place = this.#at(target, 'reset');
    if (!(place instanceof MockUartLine)) place.chip?.reset?.();
  }

  // The Hal.

  gpioChipNames(): readonly GpioChipNames[] {
    return this.#chips.map(({ label, lineNames }, index) => ({ label, isHeader: index === 0, lineNames }));
  }

  openGpioLine(request: GpioLineRequest): GpioLine {
    return this.#chip(request.chip).open(request);
  }

  openI2cBus(request: I2cBusRequest): I2cBus {
    checkConsumer(request.consumer);
    const wires = this.#i2cBuses.get(request.bus);
    if (wires === undefined) throw noSuchDevice(`I2C bus ${request.bus}`, this.#i2cBuses.keys());
    this.#handles.checkRoom();
    return new MockI2cBus(wires, request, this.#handles);
  }

  openSpiDevice(request: SpiDeviceRequest): SpiDevice {
    checkConsumer(request.consumer);
    return new MockSpiDevice(this.#knownSpiSocket(request.bus, request.chipSelect), request, this.#handles);
  }

  /** Also HAL_NO_SUCH_DEVICE while the far end is gone, as with an adapter that was pulled out. */
  openUartPort(request: UartPortRequest): UartPort {
    checkConsumer(request.consumer);
    const line = this.#knownUartLine(request.port);
    if (!line.plugged) throw noSuchDevice(`serial port ${request.port} at present`, []);
    return new MockUartPort(line, request, this.#handles);
  }

  openMmioWindow(request: MmioWindowRequest): MmioWindow {
    checkConsumer(request.consumer);
    const block = this.#mmioBlocks.get(request.device);
    if (block === undefined) throw noSuchDevice(`register block ${request.device}`, this.#mmioBlocks.keys());
    return new MockMmioWindow(block, request, this.#handles, this.trace);
  }

  openPwmChannel(request: PwmChannelRequest): PwmChannel {
    checkConsumer(request.consumer);
    return this.#pwmChip(request.chip).open(request);
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
    return chipWith(label, this.#chips, 'GPIO chip');
  }

  #pwmChip(label: string | undefined): MockPwmChip {
    return chipWith(label, this.#pwmChips, 'PWM controller');
  }

  #i2cWires(bus: number): MockI2cWires {
    let wires = this.#i2cBuses.get(bus);
    if (wires === undefined) {
      checkNumber('bus', bus);
      checkRoom(this.#i2cBuses.size);
      wires = new MockI2cWires(bus, this.#i2cOptions, this.clock, this.trace, this.faults);
      this.#i2cBuses.set(bus, wires);
    }
    return wires;
  }

  #spiSocket(bus: number, chipSelect: number): MockSpiSocket {
    const name = `${bus}.${chipSelect}`;
    let socket = this.#spiSockets.get(name);
    if (socket === undefined) {
      checkNumber('bus', bus);
      checkNumber('chip select', chipSelect);
      checkRoom(this.#spiSockets.size);
      const { clock, trace, faults } = this;
      socket = new MockSpiSocket({ bus, chipSelect, options: this.#spiOptions, clock, trace, faults });
      this.#spiSockets.set(name, socket);
    }
    return socket;
  }

  #knownSpiSocket(bus: number, chipSelect: number): MockSpiSocket {
    const name = `${bus}.${chipSelect}`;
    const socket = this.#spiSockets.get(name);
    if (socket === undefined) throw noSuchDevice(`SPI device ${name}`, this.#spiSockets.keys());
    return socket;
  }

  #uartLine(port: string): MockUartLine {
    let line = this.#uartLines.get(port);
    if (line === undefined) {
      checkRoom(this.#uartLines.size);
      line = new MockUartLine(port, this.#uartOptions, this.clock, this.trace, this.faults);
      this.#uartLines.set(port, line);
    }
    return line;
  }

  #knownUartLine(port: string): MockUartLine {
    const line = this.#uartLines.get(port);
    if (line === undefined) throw noSuchDevice(`serial port ${port}`, this.#uartLines.keys());
    return line;
  }

  #find(target: HardwareTarget): MockSpiSocket | MockUartLine | I2cSlot | undefined {
    switch (target.on) {
      case 'i2c':
        return this.#i2cBuses.get(target.bus)?.slot(target.address);
      case 'spi':
        return this.#spiSockets.get(`${target.bus}.${target.chipSelect}`);
      case 'uart':
        return this.#uartLines.get(target.port);
      default:
        return undefined;
    }
  }

  #at(target: HardwareTarget, what: string): MockSpiSocket | MockUartLine | I2cSlot {
    const place = this.#find(target);
    if (place === undefined) throw noSuchDevice(`part at ${JSON.stringify(target)}`, []);
    const name =
      target.on === 'i2c'
        ? `i2c-${target.bus}`
        : target.on === 'spi'
          ? `spi${target.bus}.${target.chipSelect}`
          : target.port;
    const address = target.on === 'i2c' ? target.address : 0;
    this.trace.record('fault', this.trace.number(name), this.trace.number(what), address);
    return place;
  }
}
