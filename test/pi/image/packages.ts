/** The oldest QEMU whose raspi3b has the I2C and SPI controllers of the BCM2835 (QEMU 9.0 release notes). */
export const OLDEST_QEMU = 9;

/** Releases whose own QEMU is older; it comes from their backports. */
export const releasesThatNeedBackports: readonly string[] = ['bookworm'];

/** For the machine that emulates: unpacked with all that they need into a folder of their own, never installed. */
export const hostPackages: readonly string[] = [
  'qemu-system-arm',
  'device-tree-compiler',
  'kmod',
  'xz-utils',
  'g++-aarch64-linux-gnu',
];

/** For the machine that is emulated, without what they depend on. The kernel is found by its metapackage. */
export const guestPackages: readonly string[] = [
  'busybox-static:arm64',
  'libc6:arm64',
  'libstdc++6:arm64',
  'libgcc-s1:arm64',
];
export const kernelMetapackage = 'linux-image-arm64:arm64';

/** Drivers that are there to be loaded, with what they depend on. Others of the Pi are built into the kernel. */
export const kernelModules: readonly string[] = [
  'i2c-dev',
  'i2c-bcm2835',
  'i2c-gpio',
  'i2c-mux-pca954x',
  'spi-bcm2835',
  'bcm2835_thermal',
  'bcm2835_wdt',
  'pwm-bcm2835',
  'w1-gpio',
  'w1_therm',
  'lm75',
  'emc1403',
  'at24',
];

/** The compiled device tree of the machine, in the kernel's package. */
export const deviceTreeFile = 'broadcom/bcm2837-rpi-3-b.dtb';
