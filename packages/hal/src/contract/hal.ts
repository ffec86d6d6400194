import type { GpioLine, GpioLineRequest } from './gpio.ts';
import type { I2cBus, I2cBusRequest } from './i2c.ts';
import type { MmioWindow, MmioWindowRequest } from './mmio.ts';
import type { PwmChannel, PwmChannelRequest } from './pwm.ts';
import type { SpiDevice, SpiDeviceRequest } from './spi.ts';
import type { UartPort, UartPortRequest } from './uart.ts';

/** What a backend can do. Differences between backends are data; no code asks which backend it has. */
export interface HalCapabilities {
  readonly gpio: boolean;
  readonly gpioEdges: boolean;
  readonly gpioBias: boolean;
  readonly i2c: boolean;
  readonly spi: boolean;
  readonly uart: boolean;
  readonly mmio: boolean;
  readonly pwm: boolean;
}

export interface HalInfo {
  /** `mock`, `linux`, ... for people; never branch on it. */
  readonly backend: string;
  /** True when readings do not come from real hardware: shown to the user and marked in samples. */
  readonly simulated: boolean;
  readonly description: string;
  /** Driver in use for each bus, e.g. `{ gpio: 'mock' }`. */
  readonly drivers: Readonly<Record<string, string>>;
}

/**
 * A hardware backend. All calls are synchronous and bounded in time; events arrive through sinks.
 * Opening throws HAL_NO_SUCH_DEVICE, HAL_BUSY (names the owner), HAL_NOT_SUPPORTED, HAL_BAD_ARGUMENT, HAL_PERMISSION.
 * Nothing is opened by creating or importing a backend.
 */
export interface Hal {
  readonly capabilities: HalCapabilities;
  info(): HalInfo;
  openGpioLine(request: GpioLineRequest): GpioLine;
  openI2cBus(request: I2cBusRequest): I2cBus;
  openSpiDevice(request: SpiDeviceRequest): SpiDevice;
  openUartPort(request: UartPortRequest): UartPort;
  openMmioWindow(request: MmioWindowRequest): MmioWindow;
  openPwmChannel(request: PwmChannelRequest): PwmChannel;
  /** Handles that are open now: a test that leaves one open has a leak. */
  openHandleCount(): number;
  /** Closes every open handle (safe levels are driven). Idempotent. */
  close(): void;
}
