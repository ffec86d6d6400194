/** ELF header (System V ABI, "ELF Header"): the magic, then at byte 18 the machine, little-endian. */
const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const MACHINE_OFFSET = 18;
/** EM_AARCH64 (ELF for the Arm 64-bit Architecture, section 5.2). */
const ARM64 = 183;

/** True for a program or library for Linux on arm64. */
export function isArm64Binary(bytes: Uint8Array): boolean {
  return (
    bytes.length > MACHINE_OFFSET + 1 &&
    MAGIC.every((byte, index) => bytes[index] === byte) &&
    (bytes[MACHINE_OFFSET] as number) + (bytes[MACHINE_OFFSET + 1] as number) * 256 === ARM64
  );
}
