import { createLinuxBackend, HeldOutputFile } from '@kanchi/hal/linux';
import { NodeKernelFiles } from '@kanchi/sensor-framework';
import type { BoardHardware } from './board-hardware.ts';
import type { BrokerThreadData } from './broker-thread-message.ts';

/** The hardware of this machine. Throws HalError. */
export function createLinuxHardware({
  doorbell,
  uartPort,
  onoffPort,
  heldOutputs,
}: BrokerThreadData): BoardHardware {
  const { hal, clock } = createLinuxBackend({
    // Word 0 of a doorbell is what the broker waits on: an edge or a received byte wakes it.
    wake: new Int32Array(doorbell),
    wakeIndex: 0,
    ...(uartPort === undefined ? {} : { uartPort }),
    ...(onoffPort === undefined ? {} : { onoffPort }),
    ...(heldOutputs === undefined ? {} : { heldOutputs: new HeldOutputFile(heldOutputs) }),
  });
  return { hal, clock, kernelFiles: new NodeKernelFiles(), levels: () => ({}) };
}
