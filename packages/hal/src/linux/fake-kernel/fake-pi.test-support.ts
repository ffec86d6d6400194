import { VirtualClock } from '../../mock/virtual-clock.ts';
import { EventRingWriter } from '../../remote/event-ring.ts';
import { EdgeEvents, type EdgePumpControl } from '../edge-events.ts';
import { EdgePump } from '../edge-pump.ts';
import { withErrno } from '../errno-error.ts';
import type { HeldOutputFile } from '../held-outputs.ts';
import { LinuxHal } from '../linux-hal.ts';
import { closeDescriptor } from '../native-resources.ts';
import { addDeviceTree, pi4Tree } from './fake-device-tree.test-support.ts';
import { FakeGpioChip } from './fake-gpio-chip.test-support.ts';
import { Fake24c02, FakeI2cAdapter } from './fake-i2c-adapter.test-support.ts';
import { FakeKernel } from './fake-kernel.test-support.ts';
import { FakePwmChip } from './fake-pwm-chip.test-support.ts';
import { FakeRegisters } from './fake-registers.test-support.ts';
import { FakeSpiDevice } from './fake-spi-device.test-support.ts';

export interface FakePiOptions {
  readonly pointerBytes?: 4 | 8;
  readonly keepsOutputs?: boolean;
  readonly maxDescriptors?: number;
  readonly heldOutputs?: HeldOutputFile;
}

/** Time of a test: edges that the kernel has told are pumped and delivered whenever somebody waits. */
class FakePiClock extends VirtualClock {
  deliver: () => void = () => {};

  override waitUntil(deadlineNs: bigint): void {
    super.waitUntil(deadlineNs);
    this.deliver();
  }
}

export const MEMORY_ADDRESS = 0x50;
/** The one page that bcm2835-gpiomem.c maps, whatever it is asked for. */
export const REGISTER_BYTES = 0x1000;

/** A Raspberry Pi 4 on a fake kernel: header and expander chip, I2C bus 1 with a 24C02, SPI bus 0 looped back, /dev/gpiomem, the header's PWM. */
export class FakePi {
  readonly clock = new FakePiClock();
  readonly kernel: FakeKernel;
  readonly header: FakeGpioChip;
  readonly expander: FakeGpioChip;
  readonly i2c: FakeI2cAdapter;
  readonly memory: Fake24c02;
  readonly spi: FakeSpiDevice;
  readonly registers = new FakeRegisters(REGISTER_BYTES, { beyond: 'mapped' });
  readonly pwm = new FakePwmChip({ device: 'fe20c000.pwm' });
  readonly edges: EdgeEvents;
  readonly hal: LinuxHal;
  #pump: EdgePump | undefined;

  constructor({ pointerBytes = 8, keepsOutputs = false, maxDescriptors, heldOutputs }: FakePiOptions = {}) {
    const { clock } = this;
    this.kernel = new FakeKernel({
      clock,
      pointerBytes,
      ...(maxDescriptors === undefined ? {} : { maxDescriptors }),
    });
    this.header = new FakeGpioChip({ clock, label: 'pinctrl-bcm2711', lineCount: 58, keepsOutputs });
    this.expander = new FakeGpioChip({
      clock,
      name: 'gpiochip1',
      label: 'raspberrypi-exp-gpio',
      lineCount: 8,
      // bcm2711-rpi-4-b.dts.
      lineNames: [
        'BT_ON',
        'WL_ON',
        'PWR_LED_OFF',
        'GLOBAL_RESET',
        'VDD_SD_IO_SEL',
        'CAM_GPIO',
        'SD_PWR_ON',
        '',
      ],
      hasInterrupts: false,
    });
    this.i2c = new FakeI2cAdapter({ pointerBytes });
    this.memory = new Fake24c02(clock);
    this.i2c.attach(MEMORY_ADDRESS, this.memory);
    this.spi = new FakeSpiDevice({ clock });
    const { files } = this.kernel;
    files.addDevice('/dev/gpiochip0', this.header);
    files.addDevice('/dev/gpiochip1', this.expander);
    files.addDevice('/dev/i2c-1', this.i2c);
    files.addDevice('/dev/spidev0.0', this.spi);
    files.addDevice('/dev/gpiomem', this.registers);
    this.pwm.attach(files, 'pwmchip0');
    files.addText('/sys/module/spidev/parameters/bufsiz', '4096');
    addDeviceTree(files, pi4Tree);
    this.edges = new EdgeEvents({ startPump: (ring) => this.#startPump(ring) });
    this.hal = new LinuxHal({ sys: this.kernel, files, edges: this.edges, heldOutputs });
    clock.deliver = () => this.deliver();
  }

  /** Another process on this machine, without edge events. */
  process(): { readonly hal: LinuxHal; readonly kernel: FakeKernel } {
    const kernel = new FakeKernel({ clock: this.clock, pointerBytes: this.kernel.pointerBytes });
    kernel.files.addDevice('/dev/gpiochip0', this.header);
    this.pwm.attach(kernel.files, 'pwmchip0');
    const edges = new EdgeEvents({
      startPump: () => {
        throw new Error('only the first process watches lines');
      },
    });
    return { hal: new LinuxHal({ sys: kernel, files: kernel.files, edges }), kernel };
  }

  /** What the thread that waits for edges does, and then the owner of the lines. Returns how many edges came. */
  deliver(): number {
    const count = this.#pump?.step(0) ?? 0;
    this.edges.drain();
    return count;
  }

  /** One round of the thread, without the owner. */
  pumpOnce(): number {
    return this.#pump?.step(0) ?? 0;
  }

  /** Lets time pass. */
  pass(durationNs: bigint): void {
    const deadlineNs = this.clock.nowNs() + durationNs;
    while (this.clock.nowNs() < deadlineNs) this.clock.waitUntil(deadlineNs);
  }

  /** Throws when a descriptor, memory, a mapping or a line is still held, or memory was misused. */
  checkNothingHeld(): void {
    this.kernel.memory.check();
    const { descriptors, memories, mappings } = this.kernel.held;
    const lines = this.header.usedCount + this.expander.usedCount;
    if (descriptors + memories + mappings + lines === 0) return;
    throw new Error(
      `still held: ${descriptors} descriptors, ${memories} memories, ${mappings} mappings, ${lines} lines`,
    );
  }

  #startPump(ring: SharedArrayBuffer): EdgePumpControl {
    const { kernel, clock } = this;
    // As `EdgePumpWorker`: in one piece or not at all.
    const wakeDescriptor = withErrno('open', 'edge events', {}, () => kernel.eventDescriptor());
    let pump: EdgePump;
    try {
      pump = withErrno(
        'open',
        'edge events',
        {},
        () =>
          new EdgePump({
            sys: kernel,
            wakeDescriptor,
            ring: new EventRingWriter(ring),
            nowNs: () => clock.nowNs(),
          }),
      );
    } catch (error) {
      closeDescriptor(kernel, wakeDescriptor);
      throw error;
    }
    this.#pump = pump;
    return {
      add: (line) => pump.add(structuredClone(line)),
      remove: (key) => pump.remove(key),
      get stormCount() {
        return pump.stormCount;
      },
      close: () => {
        this.#pump = undefined;
        pump.close();
        closeDescriptor(kernel, wakeDescriptor);
      },
    };
  }
}
