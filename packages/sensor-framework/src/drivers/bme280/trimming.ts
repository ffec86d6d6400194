/** The words that each part carries from its own calibration, as BST-BME280-DS002 table 16 names them. */
export interface Trimming {
  readonly digT1: number;
  readonly digT2: number;
  readonly digT3: number;
  readonly digP1: number;
  readonly digP2: number;
  readonly digP3: number;
  readonly digP4: number;
  readonly digP5: number;
  readonly digP6: number;
  readonly digP7: number;
  readonly digP8: number;
  readonly digP9: number;
  readonly digH1: number;
  readonly digH2: number;
  readonly digH3: number;
  readonly digH4: number;
  readonly digH5: number;
  readonly digH6: number;
}

/** `image` is indexed by the register and has at least 256 bytes. Table 16: little endian, signs as noted there. */
export function parseTrimming(image: Uint8Array): Trimming {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const unsigned16 = (at: number) => view.getUint16(at, true);
  const signed16 = (at: number) => view.getInt16(at, true);
  // dig_H4 and dig_H5 are signed words of 12 bits that share 0xE5; their upper eight bits carry the sign.
  const shared = view.getUint8(0xe5);
  return {
    digT1: unsigned16(0x88),
    digT2: signed16(0x8a),
    digT3: signed16(0x8c),
    digP1: unsigned16(0x8e),
    digP2: signed16(0x90),
    digP3: signed16(0x92),
    digP4: signed16(0x94),
    digP5: signed16(0x96),
    digP6: signed16(0x98),
    digP7: signed16(0x9a),
    digP8: signed16(0x9c),
    digP9: signed16(0x9e),
    digH1: view.getUint8(0xa1),
    digH2: signed16(0xe1),
    digH3: view.getUint8(0xe3),
    digH4: view.getInt8(0xe4) * 16 + (shared & 0x0f),
    digH5: view.getInt8(0xe6) * 16 + (shared >> 4),
    digH6: view.getInt8(0xe7),
  };
}
