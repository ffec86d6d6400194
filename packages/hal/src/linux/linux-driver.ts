import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { HalError } from '../error.ts';
import type { OpenHandle } from '../handle-set.ts';
import type { PwmDriver } from './pwm-driver.ts';

/** One way to open the devices of a bus. */
export interface LinuxDriver<Request, Device> {
  /** For people, in `HalInfo.drivers`. */
  readonly name: string;
  /** False: `open` throws HAL_NOT_SUPPORTED with what to install. */
  readonly isThere: boolean;
  /** `onClose` is called when the device closes, before it lets go of the hardware. */
  open(request: Request, onClose: (device: OpenHandle) => void): Device & OpenHandle;
}

export interface GpioDriver extends LinuxDriver<GpioLineRequest, GpioLine> {
  readonly tellsEdges: boolean;
  readonly setsBias: boolean;
}

export interface LinuxDrivers {
  readonly gpio: GpioDriver;
  readonly i2c: LinuxDriver<I2cBusRequest, I2cBus>;
  readonly spi: LinuxDriver<SpiDeviceRequest, SpiDevice>;
  readonly mmio: LinuxDriver<MmioWindowRequest, MmioWindow>;
  readonly pwm: PwmDriver;
}

/** Stands for a driver that this machine has not got. `reason` is what opening throws. */
export function missingDriver(reason: HalError): GpioDriver & PwmDriver & LinuxDriver<unknown, never> {
  return {
    name: 'none',
    isThere: false,
    tellsEdges: false,
    setsBias: false,
    counts: { retries: 0, takenOver: 0 },
    open: () => {
      throw reason;
    },
    settle: () => {
      throw reason;
    },
  };
}
