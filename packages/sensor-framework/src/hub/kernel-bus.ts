/** Drivers of the 1-wire bus: a read blocks for most of a second, and holds up nothing but its bus. */
const oneWireDrivers: readonly string[] = ['ds18b20'];

/**
 * The bus of a sensor that the kernel reads, which has no device on the board: what is read on one thread is read one after
 * the other, though the parts share no wires.
 */
export function kernelBusOf(driver: string): 'one-wire' | 'kernel' {
  return oneWireDrivers.includes(driver) ? 'one-wire' : 'kernel';
}
