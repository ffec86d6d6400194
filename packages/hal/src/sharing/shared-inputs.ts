import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal } from '../contract/hal.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import { checkLineRequest } from '../gpio-request.ts';
import { checkConsumer } from '../handle-set.ts';
import { SharedInput } from './shared-input.ts';

/**
 * A backend whose input lines several consumers may have at a time, on one line of the backend: the kernel gives a line to
 * one process once. Outputs and everything else keep their one owner.
 *
 * A consumer shares an input when it asks for it as those do that have it: same active level, same bias or bias `as-is`. One
 * that asks otherwise, that asks for an output, or that has it already gets HAL_BUSY with the names of those.
 */
export class SharedInputsHal implements Hal {
  readonly #hal: Hal;
  readonly #inputs = new Map<string, SharedInput>();

  /** Does not take over the backend: who made it closes it. */
  constructor(hal: Hal) {
    this.#hal = hal;
  }

  get capabilities(): Hal['capabilities'] {
    return this.#hal.capabilities;
  }

  info(): ReturnType<Hal['info']> {
    return this.#hal.info();
  }

  openGpioLine(request: GpioLineRequest): GpioLine {
    const key = `${request.chip ?? ''}/${request.offset}`;
    const shared = this.#inputs.get(key);
    if (shared !== undefined) {
      checkConsumer(request.consumer);
      checkLineRequest(request);
      return shared.open(request);
    }
    const line = this.#hal.openGpioLine(request);
    if (line.direction !== 'input') return line;
    const input = new SharedInput(line, request, () => {
      if (this.#inputs.get(key) === input) this.#inputs.delete(key);
    });
    this.#inputs.set(key, input);
    return input.add(request.consumer);
  }

  openI2cBus(request: I2cBusRequest): I2cBus {
    return this.#hal.openI2cBus(request);
  }

  openSpiDevice(request: SpiDeviceRequest): SpiDevice {
    return this.#hal.openSpiDevice(request);
  }

  openUartPort(request: UartPortRequest): UartPort {
    return this.#hal.openUartPort(request);
  }

  openMmioWindow(request: MmioWindowRequest): MmioWindow {
    return this.#hal.openMmioWindow(request);
  }

  openPwmChannel(request: PwmChannelRequest): PwmChannel {
    return this.#hal.openPwmChannel(request);
  }

  openHandleCount(): number {
    return this.#hal.openHandleCount();
  }

  close(): void {
    this.#hal.close();
  }
}
