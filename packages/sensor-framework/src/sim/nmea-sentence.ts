/**
 * NMEA 0183 sentences as a small receiver sends them. Field order and the empty form before the first fix follow the
 * u-blox 6 receiver description (GPS.G6-SW-10018, NMEA protocol: GGA and RMC).
 */
export interface NmeaFix {
  readonly latitudeDegrees: number;
  readonly longitudeDegrees: number;
  readonly altitudeMetres: number;
  /** Over ground; knots are made from it. */
  readonly speedMetresPerSecond: number;
  /** True, 0 to 360; undefined while the receiver stands still. */
  readonly courseDegrees: number | undefined;
}

/** One knot is 1852 m in an hour (ISO 80000-3 annex). */
const METRES_PER_SECOND_IN_KNOT = 1852 / 3600;

/** Minutes are written with five decimals: 1e-5 minute is less than 2 cm. */
const STEPS_IN_MINUTE = 100_000;

export function formatGga(fix: NmeaFix | undefined, wallNs: bigint): string {
  // u-blox shows 99.99 as the dilution of precision when there is no fix.
  if (fix === undefined) return withChecksum('GPGGA,,,,,,0,00,99.99,,,,,,');
  const altitude = fix.altitudeMetres.toFixed(1);
  return withChecksum(`GPGGA,${timeOf(wallNs)},${position(fix)},1,08,1.01,${altitude},M,0.0,M,,`);
}

export function formatRmc(fix: NmeaFix | undefined, wallNs: bigint): string {
  if (fix === undefined) return withChecksum('GPRMC,,V,,,,,,,,,,N');
  const speed = (fix.speedMetresPerSecond / METRES_PER_SECOND_IN_KNOT).toFixed(3);
  const course = fix.courseDegrees === undefined ? '' : fix.courseDegrees.toFixed(2);
  return withChecksum(`GPRMC,${timeOf(wallNs)},A,${position(fix)},${speed},${course},${dateOf(wallNs)},,,A`);
}

/** The exclusive or of the characters between `$` and `*`. */
export function nmeaChecksum(body: string): number {
  let checksum = 0;
  for (let index = 0; index < body.length; index += 1) checksum ^= body.charCodeAt(index);
  return checksum;
}

/** The same sentence with a checksum that does not fit. */
export function spoilChecksum(sentence: string): string {
  const body = sentence.slice(1, sentence.lastIndexOf('*'));
  return `$${body}*${hexByte(nmeaChecksum(body) ^ 0xff)}\r\n`;
}

function withChecksum(body: string): string {
  return `$${body}*${hexByte(nmeaChecksum(body))}\r\n`;
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

function position({ latitudeDegrees, longitudeDegrees }: NmeaFix): string {
  const latitude = angle(latitudeDegrees, 2);
  const longitude = angle(longitudeDegrees, 3);
  return `${latitude},${latitudeDegrees < 0 ? 'S' : 'N'},${longitude},${longitudeDegrees < 0 ? 'W' : 'E'}`;
}

/** Degrees and minutes in one number, `ddmm.mmmmm`. Rounded as a whole, so that minutes never show 60. */
function angle(degrees: number, degreeDigits: number): string {
  const steps = Math.round(Math.abs(degrees) * 60 * STEPS_IN_MINUTE);
  const whole = Math.floor(steps / (60 * STEPS_IN_MINUTE));
  const minutes = (steps - whole * 60 * STEPS_IN_MINUTE) / STEPS_IN_MINUTE;
  return `${whole.toString().padStart(degreeDigits, '0')}${minutes.toFixed(5).padStart(8, '0')}`;
}

function timeOf(wallNs: bigint): string {
  return `${iso(wallNs).slice(11, 19).replaceAll(':', '')}.00`;
}

/** `ddmmyy` */
function dateOf(wallNs: bigint): string {
  const text = iso(wallNs);
  return `${text.slice(8, 10)}${text.slice(5, 7)}${text.slice(2, 4)}`;
}

function iso(wallNs: bigint): string {
  return new Date(Number(wallNs / 1_000_000n)).toISOString();
}
