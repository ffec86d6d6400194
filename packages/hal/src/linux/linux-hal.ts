import type { GpioChipNames, GpioLine, GpioLineNames, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal, HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import { checkLineRequest } from '../gpio-request.ts';
import { busyError, checkConsumer, HandleSet, type OpenHandle } from '../handle-set.ts';
import { checkPwmRequest } from '../pwm-request.ts';
import type { EdgeEvents } from './edge-events.ts';
import { withErrno } from './errno-error.ts';
import { GpioChips } from './gpio-chips.ts';
import type { HeldChannel, OutputNotes } from './held-outputs.ts';
import type { LinuxDrivers } from './linux-driver.ts';
import type { PwmCounts } from './pwm-files.ts';
import { ReservedLines } from './reserved-lines.ts';
import type { Sys, SysFiles } from './sys.ts';
import { systemCallDrivers } from './system-call-drivers.ts';
import type { UartPorts } from './uart-ports.ts';

export interface LinuxHalParts {
  readonly sys: Sys;
  readonly files: SysFiles;
  readonly edges: EdgeEvents;
  /** Notes the outputs that are held by system calls. Default nobody. */
  readonly heldOutputs?: OutputNotes | undefined;
  /** What opens devices where it is not to be done by system calls, or cannot be. Default those of `systemCallDrivers`. */
  readonly drivers?: Partial<LinuxDrivers>;
  /** Default no serial ports. */
  readonly uart?: UartPorts;
}

/**
 * The hardware of a Linux machine. Owned by one thread of one process: the descriptors of lines survive the
 * end of a thread, so that nobody but their owner can let go of them.
 */
export class LinuxHal implements Hal, GpioLineNames {
  readonly capabilities: HalCapabilities;
  readonly #parts: LinuxHalParts;
  readonly #chips: GpioChips;
  readonly #drivers: LinuxDrivers;
  readonly #reserved: ReservedLines;
  readonly #handles = new HandleSet();
  /** Chip selects that are open, with their owners: spidev lets several open one. */
  readonly #chipSelects = new Map<string, string>();

  constructor(parts: LinuxHalParts) {
    this.#parts = parts;
    this.#chips = new GpioChips(parts.sys, parts.files);
    this.#reserved = new ReservedLines(parts.files);
    this.#drivers = { ...systemCallDrivers({ ...parts, chips: this.#chips }), ...parts.drivers };
    const { gpio, i2c, spi, mmio, pwm } = this.#drivers;
    this.capabilities = {
      gpio: gpio.isThere,
      gpioEdges: gpio.tellsEdges,
      gpioBias: gpio.setsBias,
      i2c: i2c.isThere,
      spi: spi.isThere,
      uart: parts.uart?.isServed === true,
      mmio: mmio.isThere,
      pwm: pwm.isThere,
    };
  }

  get chips(): GpioChips {
    return this.#chips;
  }

  /** See `GpioChips.names`. */
  gpioChipNames(): readonly GpioChipNames[] {
    return this.#chips.names();
  }

  /** What opening PWM channels met with so far. */
  get pwmCounts(): Readonly<PwmCounts> {
    return this.#drivers.pwm.counts;
  }

  info(): HalInfo {
    const modelPath = '/proc/device-tree/model';
    const { files } = this.#parts;
    const { gpio, i2c, spi, mmio, pwm } = this.#drivers;
    // The device tree's texts end with a zero byte.
    const model = withErrno('open', modelPath, {}, () =>
      files.exists(modelPath) ? files.readText(modelPath).replace(/\0+$/u, '') : 'a Linux machine',
    );
    return {
      backend: 'linux',
      simulated: false,
      description: model,
      drivers: {
        gpio: gpio.name,
        i2c: i2c.name,
        spi: spi.name,
        uart: this.capabilities.uart ? 'serialport' : 'none',
        mmio: mmio.name,
        pwm: pwm.name,
      },
    };
  }

  openGpioLine(request: GpioLineRequest): GpioLine {
    this.#checkRoom(request.consumer);
    checkLineRequest(request);
    const reserved = this.#reserved.reservationOf(request);
    if (reserved !== undefined) throw busyError(`GPIO line ${request.offset}`, reserved);
    return this.#kept(this.#drivers.gpio.open(request, (line) => this.#handles.delete(line)));
  }

  openI2cBus(request: I2cBusRequest): I2cBus {
    this.#checkRoom(request.consumer);
    checkNumber('an I2C bus', request.bus);
    return this.#kept(this.#drivers.i2c.open(request, (bus) => this.#handles.delete(bus)));
  }

  openSpiDevice(request: SpiDeviceRequest): SpiDevice {
    this.#checkRoom(request.consumer);
    checkNumber('an SPI bus', request.bus);
    checkNumber('a chip select', request.chipSelect);
    const name = `spi${request.bus}.${request.chipSelect}`;
    const owner = this.#chipSelects.get(name);
    if (owner !== undefined) throw busyError(name, owner);
    const device = this.#drivers.spi.open(request, (closed) => {
      this.#chipSelects.delete(name);
      this.#handles.delete(closed);
    });
    this.#chipSelects.set(name, request.consumer);
    return this.#kept(device);
  }

  openUartPort(request: UartPortRequest): UartPort {
    this.#checkRoom(request.consumer);
    const { uart } = this.#parts;
    if (uart === undefined) {
      throw new HalError('HAL_NOT_SUPPORTED', `${request.port}: this backend was made without serial ports`);
    }
    return this.#kept(uart.open(request, (port) => this.#handles.delete(port)));
  }

  openMmioWindow(request: MmioWindowRequest): MmioWindow {
    this.#checkRoom(request.consumer);
    return this.#kept(this.#drivers.mmio.open(request, (window) => this.#handles.delete(window)));
  }

  openPwmChannel(request: PwmChannelRequest): PwmChannel {
    this.#checkRoom(request.consumer);
    checkPwmRequest(request);
    return this.#kept(this.#drivers.pwm.open(request, (channel) => this.#handles.delete(channel)));
  }

  /**
   * Leaves a PWM channel whose holder was killed in its safe state, whatever that was in the middle of: as `close` of the holder would
   * have. Blocks for up to a second when it has to export the channel and udev is slow. Throws HAL_BUSY while a process has it, and what
   * opening and closing a channel throw.
   */
  settlePwmChannel(held: HeldChannel, consumer: string): void {
    const { kind: _, ...request } = held;
    checkPwmRequest({ ...request, consumer });
    this.#drivers.pwm.settle({ ...request, consumer });
  }

  openHandleCount(): number {
    return this.#handles.count;
  }

  close(): void {
    try {
      this.#handles.closeAll();
    } finally {
      this.#parts.edges.close();
    }
  }

  #checkRoom(consumer: string): void {
    checkConsumer(consumer);
    this.#handles.checkRoom();
  }

  #kept<Handle extends OpenHandle>(handle: Handle): Handle {
    this.#handles.add(handle);
    return handle;
  }
}

function checkNumber(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 0) return;
  throw new HalError('HAL_BAD_ARGUMENT', `${what} has a number from 0, not ${String(value)}`);
}
