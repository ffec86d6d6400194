import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal, HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';

/** Buses that another backend has than everything else, by number. */
export interface BusRoutes {
  readonly i2c: ReadonlyMap<number, Hal>;
  readonly spi: ReadonlyMap<number, Hal>;
}

/**
 * One backend in front of several: a bus with a thread of its own goes there, everything else to the main one. Each of them
 * keeps its own promise: a call on one does not wait for another.
 */
export class RoutedHal implements Hal {
  readonly #main: Hal;
  readonly #routes: BusRoutes;

  constructor(main: Hal, routes: BusRoutes) {
    this.#main = main;
    this.#routes = routes;
  }

  get capabilities(): HalCapabilities {
    return this.#main.capabilities;
  }

  info(): HalInfo {
    return this.#main.info();
  }

  openGpioLine(request: GpioLineRequest): GpioLine {
    return this.#main.openGpioLine(request);
  }

  openI2cBus(request: I2cBusRequest): I2cBus {
    return (this.#routes.i2c.get(request.bus) ?? this.#main).openI2cBus(request);
  }

  openSpiDevice(request: SpiDeviceRequest): SpiDevice {
    return (this.#routes.spi.get(request.bus) ?? this.#main).openSpiDevice(request);
  }

  openUartPort(request: UartPortRequest): UartPort {
    return this.#main.openUartPort(request);
  }

  openMmioWindow(request: MmioWindowRequest): MmioWindow {
    return this.#main.openMmioWindow(request);
  }

  openPwmChannel(request: PwmChannelRequest): PwmChannel {
    return this.#main.openPwmChannel(request);
  }

  openHandleCount(): number {
    return this.#all().reduce((sum, hal) => sum + hal.openHandleCount(), 0);
  }

  /** Closes all of them; the main one, which has the outputs, first. */
  close(): void {
    for (const hal of this.#all()) hal.close();
  }

  #all(): Hal[] {
    return [this.#main, ...new Set([...this.#routes.i2c.values(), ...this.#routes.spi.values()])];
  }
}
