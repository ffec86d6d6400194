import {
  type GpioLine,
  HalError,
  type I2cOperation,
  type Level,
  type SpiOperation,
  spiOperationBytes,
} from '@kanchi/hal';
import {
  type Board,
  type BoardI2cDevice,
  type BoardLine,
  type BoardSpiDevice,
  buildGrants,
  type Grants,
  type Manifest,
  parseManifest,
  RuntimeError,
} from '@kanchi/runtime';
import {
  DenialLog,
  type GpioAction,
  gpioPermits,
  gpioRefusal,
  i2cPermits,
  i2cRefusal,
  lineRequest,
  narrowedRefusal,
  type Refusal,
  spiPermits,
  spiPermitsOpen,
  spiRefusal,
  wiringRefusal,
} from '@kanchi/runtime/extension';
import { CommandError } from '../error.ts';
import type { BenchHardware } from './bench-hardware.ts';
import { MAX_BENCH_BYTES } from './bench-options.ts';
import { withAdvice } from './hardware-advice.ts';
import { labelMissing } from './label-missing.ts';

export interface BenchAccessOptions {
  readonly board: Board;
  readonly hardware: BenchHardware;
  /** `kanchi gpio`: for messages, and the owner of what is opened. */
  readonly command: string;
  /** What an app may do, and its file. Undefined: each call gets the least permission that it needs. */
  readonly manifest: { readonly manifest: Manifest; readonly file: string } | undefined;
}

/**
 * The command as a client of the hardware, held to what an app is held to: labels of the board file, a manifest, the runtime's own
 * checks before each call. Refused calls are RuntimeError KANCHI_DENIED; labels that are not there KANCHI_LABEL_MISSING; what the
 * hardware says is a HalError that names the label.
 */
export class BenchAccess {
  readonly #options: BenchAccessOptions;

  constructor(options: BenchAccessOptions) {
    this.#options = options;
  }

  /** Opens a line; the caller closes it, which drives an output to its safe level. `level` is what an output starts with. */
  openLine(label: string, action: GpioAction, level?: Level): GpioLine {
    const { board, hardware, command } = this.#options;
    const wiring = this.lineOf(label);
    const grants = this.#grants(gpioRefusal(label, undefined, action));
    const grant = grants.gpio.get(label);
    if (grant === undefined || !gpioPermits(grant, action)) {
      this.#refuse(action, grants, gpioRefusal(label, grant, action));
    }
    const direction = action === 'write' ? 'output' : 'input';
    const refusal = wiringRefusal(label, wiring, direction);
    if (refusal !== undefined) throw new HalError('HAL_GPIO_MODE', refusal);
    if (direction === 'input' && wiring.direction === 'output') {
      throw new HalError(
        'HAL_GPIO_MODE',
        `line "${label}" is an output in ${board.source}; to ${action} it, it would be made an input, and nobody would drive what hangs on it`,
      );
    }
    return withAdvice(`line "${label}"`, () =>
      hardware.hal.openGpioLine(lineRequest(wiring, { consumer: command, direction, initialLevel: level })),
    );
  }

  /** One I2C transaction with a device. */
  i2cTransaction(call: string, label: string, operations: readonly I2cOperation[]): void {
    const { hardware, command } = this.#options;
    const { bus: number, address, registerAddressing: addressing } = this.i2cDeviceOf(label);
    const target = { label, isBus: false, addressing };
    const grants = this.#grants(i2cRefusal(target, undefined, address, operations));
    const grant = grants.i2c.get(label);
    if (grant === undefined || !i2cPermits(grant, address, operations)) {
      this.#refuse(call, grants, i2cRefusal(target, grant, address, operations));
    }
    withAdvice(`i2c "${label}" (bus ${number}, address 0x${address.toString(16)})`, () => {
      using bus = hardware.hal.openI2cBus({ bus: number, consumer: command });
      bus.transaction(address, operations);
    });
  }

  /** One SPI transaction with a device, chip select held from its first byte to its last. */
  spiTransaction(call: string, label: string, operations: readonly SpiOperation[]): void {
    const { hardware, command } = this.#options;
    const { bus, chipSelect, clockHz, mode } = this.spiDeviceOf(label);
    const byteCount = operations.reduce((sum, operation) => sum + spiOperationBytes(operation), 0);
    const grants = this.#grants(spiRefusal(label, undefined, { clockHz, mode, byteCount }));
    const grant = grants.spi.get(label);
    if (grant === undefined || !spiPermitsOpen(grant, clockHz, mode)) {
      this.#refuse(call, grants, spiRefusal(label, grant, { clockHz, mode }));
    }
    if (!spiPermits(grant, byteCount)) {
      this.#refuse(call, grants, spiRefusal(label, grant, { byteCount }));
    }
    withAdvice(`spi "${label}" (spidev${bus}.${chipSelect})`, () => {
      using device = hardware.hal.openSpiDevice({ bus, chipSelect, consumer: command, mode, clockHz });
      device.transaction(operations);
    });
  }

  /** Throws RuntimeError KANCHI_LABEL_MISSING, for a number with the line to add. */
  lineOf(label: string): BoardLine {
    const { board } = this.#options;
    return board.lines.get(label) ?? labelMissing(board, 'lines', label);
  }

  i2cDeviceOf(label: string): BoardI2cDevice {
    const { board } = this.#options;
    return board.i2cDevices.get(label) ?? labelMissing(board, 'i2c.devices', label);
  }

  spiDeviceOf(label: string): BoardSpiDevice {
    const { board } = this.#options;
    return board.spiDevices.get(label) ?? labelMissing(board, 'spi.devices', label);
  }

  /** `need`: the refusal that nothing granted would give; the line that it advises is the least permission. */
  #grants(need: Refusal): Grants {
    const { board, command, manifest } = this.#options;
    if (manifest !== undefined) return buildGrants(manifest.manifest, board);
    if (need.manifestLine === undefined) {
      throw new CommandError(
        'KANCHI_USAGE',
        `${command}: a transaction has at most ${MAX_BENCH_BYTES} bytes`,
      );
    }
    const least = {
      kanchi: 1,
      name: command.replaceAll(' ', '-'),
      version: '0.0.0',
      permissions: [JSON.parse(need.manifestLine) as unknown],
    };
    return buildGrants(parseManifest(least, `the manifest that ${command} made`), board);
  }

  #refuse(call: string, grants: Grants, refusal: Refusal): never {
    const { command, manifest } = this.#options;
    const denials = new DenialLog({
      onFirst: () => {},
      ...(manifest === undefined ? {} : { manifestName: manifest.file }),
    });
    const appName = manifest?.manifest.name ?? command;
    throw new RuntimeError(
      'KANCHI_DENIED',
      denials.report(appName, `${command} ${call}`, narrowedRefusal(grants, refusal)),
    );
  }
}
