/**
 * Device files of registers on the Raspberry Pi's own system whose length is known, in bytes. The kernel does not tell it, and maps
 * more without an error: bcm2835-gpiomem.c maps the one page of the GPIO block, whatever offset and length it is asked for, and an
 * access beyond ends the process (SIGBUS). Sources: that driver, and `gpiomem@7e200000` of its device tree; for the RP1 of a Pi 5, its
 * IO_BANK, SYS_RIO and PADS_BANK together (0xd0000 to 0xfffff of the address map in RP1 Peripherals), as wiringPi maps it. The others of a Pi 5, gpiomem1 to 4, are not
 * listed: nobody has looked.
 */
const registerFiles: ReadonlyMap<string, number> = new Map([
  ['/dev/gpiomem', 0x1000],
  ['/dev/gpiomem0', 0x3_0000],
]);

/** What is wrong with a window of a device file, for an error message; undefined when it fits, or nobody knows how long the file is. */
export function registerFileProblem(device: string, base: number, byteLength: number): string | undefined {
  const bytes = registerFiles.get(device);
  if (bytes === undefined || base + byteLength <= bytes) return undefined;
  return `${device} has ${bytes} bytes, the window goes to ${base + byteLength}`;
}
