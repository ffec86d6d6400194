/**
 * What a driver computes, written for the tests from Bosch BST-BME280-DS002 alone: the integer formulas of section
 * 4.2.3 (64 bit for pressure) and the double formulas of section 8.1. Shares nothing with the simulated part.
 */
export interface Compensated {
  readonly temperatureC: number;
  readonly pressurePa: number;
  readonly humidityPercent: number;
}

/** `low` is 0x88 to 0xA1, `high` is 0xE1 to 0xE7, `data` is 0xF7 to 0xFE. */
export interface RegisterDump {
  readonly low: Uint8Array;
  readonly high: Uint8Array;
  readonly data: Uint8Array;
}

export function rawWords({ data }: RegisterDump): { adcP: number; adcT: number; adcH: number } {
  const [p0 = 0, p1 = 0, p2 = 0, t0 = 0, t1 = 0, t2 = 0, h0 = 0, h1 = 0] = data;
  return {
    adcP: p0 * 4096 + p1 * 16 + p2 / 16,
    adcT: t0 * 4096 + t1 * 16 + t2 / 16,
    adcH: h0 * 256 + h1,
  };
}

function trimming({ low, high }: RegisterDump) {
  const unsigned = (index: number) => (low[index] ?? 0) + 256 * (low[index + 1] ?? 0);
  const signed = (index: number) => (unsigned(index) << 16) >> 16;
  const [e1 = 0, e2 = 0, e3 = 0, e4 = 0, e5 = 0, e6 = 0, e7 = 0] = high;
  return {
    T1: unsigned(0),
    T2: signed(2),
    T3: signed(4),
    P1: unsigned(6),
    P: [0, 0, ...[8, 10, 12, 14, 16, 18, 20, 22].map(signed)] as number[],
    H1: low[25] ?? 0,
    H2: ((e1 + 256 * e2) << 16) >> 16,
    H3: e3,
    H4: (((e4 << 4) | (e5 & 15)) << 20) >> 20,
    H5: (((e6 << 4) | (e5 >> 4)) << 20) >> 20,
    H6: (e7 << 24) >> 24,
  };
}

/** Section 8.1. */
export function compensateDouble(dump: RegisterDump): Compensated {
  const { T1, T2, T3, P1, P, H1, H2, H3, H4, H5, H6 } = trimming(dump);
  const { adcT, adcP, adcH } = rawWords(dump);
  const [, , P2 = 0, P3 = 0, P4 = 0, P5 = 0, P6 = 0, P7 = 0, P8 = 0, P9 = 0] = P;
  const a = (adcT / 16384 - T1 / 1024) * T2;
  const b = (adcT / 131072 - T1 / 8192) ** 2 * T3;
  const fine = Math.trunc(a + b);

  let v1 = fine / 2 - 64000;
  let v2 = (v1 * v1 * P6) / 32768;
  v2 += v1 * P5 * 2;
  v2 = v2 / 4 + P4 * 65536;
  v1 = ((P3 * v1 * v1) / 524288 + P2 * v1) / 524288;
  v1 = (1 + v1 / 32768) * P1;
  let p = ((1048576 - adcP - v2 / 4096) * 6250) / v1;
  p += ((P9 * p * p) / 2147483648 + (p * P8) / 32768 + P7) / 16;

  let h = fine - 76800;
  h =
    (adcH - (H4 * 64 + (H5 / 16384) * h)) *
    ((H2 / 65536) * (1 + (H6 / 67108864) * h * (1 + (H3 / 67108864) * h)));
  h *= 1 - (H1 * h) / 524288;
  return { temperatureC: (a + b) / 5120, pressurePa: p, humidityPercent: Math.min(100, Math.max(0, h)) };
}

/** Section 4.2.3: hundredths of a degree, 1/256 Pa, 1/1024 %. */
export function compensateInteger(dump: RegisterDump): Compensated {
  const { T1, T2, T3, P1, P, H1, H2, H3, H4, H5, H6 } = trimming(dump);
  const { adcT, adcP, adcH } = rawWords(dump);
  const t1 = (((adcT >> 3) - (T1 << 1)) * T2) >> 11;
  const t2 = (((((adcT >> 4) - T1) * ((adcT >> 4) - T1)) >> 12) * T3) >> 14;
  const fine = t1 + t2;

  const big = (index: number) => BigInt(P[index] ?? 0);
  let v1 = BigInt(fine) - 128000n;
  let v2 = v1 * v1 * big(6);
  v2 += (v1 * big(5)) << 17n;
  v2 += big(4) << 35n;
  v1 = ((v1 * v1 * big(3)) >> 8n) + ((v1 * big(2)) << 12n);
  v1 = (((1n << 47n) + v1) * BigInt(P1)) >> 33n;
  let p = ((((1048576n - BigInt(adcP)) << 31n) - v2) * 3125n) / v1;
  p = ((p + ((big(9) * (p >> 13n) * (p >> 13n)) >> 25n) + ((big(8) * p) >> 19n)) >> 8n) + (big(7) << 4n);

  let h = fine - 76800;
  const left = ((adcH << 14) - (H4 << 20) - H5 * h + 16384) >> 15;
  const right = (((((((h * H6) >> 10) * (((h * H3) >> 11) + 32768)) >> 10) + 2097152) * H2 + 8192) >> 14) | 0;
  h = left * right;
  h -= ((((h >> 15) * (h >> 15)) >> 7) * H1) >> 4;
  h = Math.min(419430400, Math.max(0, h));
  return {
    temperatureC: ((fine * 5 + 128) >> 8) / 100,
    pressurePa: Number(p) / 256,
    humidityPercent: (h >> 12) / 1024,
  };
}
