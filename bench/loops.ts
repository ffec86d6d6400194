/** The guest's loops; the position is the number in bench/guests/bench-guest.c. */
export const guestLoops = [
  'bare call',
  'GPIO write',
  'GPIO read',
  'I2C write_read, 1 + 2 bytes',
  'SPI transfer, 64 bytes',
  'MMIO write32',
] as const;
export type GuestLoop = (typeof guestLoops)[number];

/** Name of the loop that makes the same call on the HAL itself, without a guest. */
export function halLoop(name: GuestLoop): string {
  return `HAL: ${name}`;
}
