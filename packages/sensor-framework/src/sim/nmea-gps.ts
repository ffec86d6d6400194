import type { WorldClock } from '@kanchi/hal';
import { millisecondsToNs, NS_PER_S, secondsToNs } from '@kanchi/hal';
import type { UartLink, UartPeer } from '@kanchi/hal/mock';
import { SensorError } from '../error.ts';
import type { NmeaFix } from './nmea-sentence.ts';
import { formatGga, formatRmc, spoilChecksum } from './nmea-sentence.ts';
import type { Quantity, WorldData } from './world.ts';
import { PartWorld } from './world.ts';

export type NmeaGpsQuantity = 'latitudeDegrees' | 'longitudeDegrees' | 'altitudeMetres' | 'warmUpSeconds';

export const nmeaGpsQuantities: readonly Quantity<NmeaGpsQuantity>[] = [
  // Near the Royal Observatory, Greenwich: a slow walk of 111 m to the north and back.
  { name: 'latitudeDegrees', unit: 'deg', default: { from: 51.4779, to: 51.4789, periodSeconds: 600 } },
  { name: 'longitudeDegrees', unit: 'deg', default: -0.0015 },
  { name: 'altitudeMetres', unit: 'm', default: 46 },
  // About the cold start of a small receiver under open sky; not a signal, only its first value counts.
  { name: 'warmUpSeconds', unit: 's', default: 30 },
];

/** What is wrong with the receiver. All of it is data: the same options give the same bytes. */
export interface NmeaGpsFaults {
  /** Every n-th sentence has a wrong checksum; 1 spoils all. */
  readonly badChecksumOneIn?: number;
  /** Sentences arrive in pieces of at most this many bytes, 5 ms apart. */
  readonly splitBytes?: number;
  /** Nothing is sent from `fromSeconds` up to `untilSeconds` after the connection. */
  readonly silence?: { readonly fromSeconds: number; readonly untilSeconds: number };
  /** The receiver is unplugged this long after the connection. */
  readonly unplugAfterSeconds?: number;
}

export interface NmeaGpsOptions {
  readonly clock: WorldClock;
  readonly world?: WorldData;
  readonly faults?: NmeaGpsFaults;
}

/** Mean radius of the earth, IUGG: good enough for a speed over a second. */
const EARTH_RADIUS_METRES = 6_371_009;
/** Below this the course is noise and the field stays empty (u-blox low-speed course filter). */
const MINIMUM_COURSE_SPEED = 0.1;
const PIECE_GAP_NS = millisecondsToNs(5);

/**
 * A GPS receiver that sends GGA and RMC once a second, on the full second of the wall clock. Until `warmUpSeconds` after
 * it got power it has no fix: empty fields, quality 0, status V. What the app sends to it is counted and ignored.
 * It schedules its next burst on the clock until `unplug()`.
 */
export class NmeaGps implements UartPeer {
  readonly #clock: WorldClock;
  readonly #world: PartWorld<NmeaGpsQuantity>;
  readonly #faults: NmeaGpsFaults;
  readonly #poweredNs: bigint;
  readonly #cancels = new Set<() => void>();
  #link: UartLink | undefined;
  #connectedNs = 0n;
  #sentenceCount = 0;
  #receivedByteCount = 0;

  /** Throws SENSOR_BAD_OPTION, SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  constructor(options: NmeaGpsOptions) {
    this.#clock = options.clock;
    this.#faults = checkFaults(options.faults ?? {});
    this.#poweredNs = this.#clock.nowNs();
    this.#world = new PartWorld('nmea-gps', nmeaGpsQuantities, options.world ?? {}, this.#poweredNs);
  }

  /** Sentences since the start, those with a wrong checksum included. */
  get sentenceCount(): number {
    return this.#sentenceCount;
  }

  get receivedByteCount(): number {
    return this.#receivedByteCount;
  }

  /** Moves the world. Throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  setQuantity(name: string, value: unknown): void {
    this.#world.set(name, value);
  }

  receive(bytes: Uint8Array): void {
    this.#receivedByteCount += bytes.length;
  }

  connect(link: UartLink): void {
    this.#link = link;
    this.#connectedNs = this.#clock.nowNs();
    const sinceSecondNs = this.#clock.wallNs() % NS_PER_S;
    this.#scheduleBurst(this.#connectedNs + NS_PER_S - sinceSecondNs);
    const { unplugAfterSeconds } = this.#faults;
    if (unplugAfterSeconds !== undefined) {
      this.#schedule(this.#connectedNs + secondsToNs(unplugAfterSeconds), () => this.unplug());
    }
  }

  /** The receiver goes away: nothing is sent or scheduled any more. Idempotent. */
  unplug(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    const link = this.#link;
    this.#link = undefined;
    link?.disconnect();
  }

  /** The grid is kept by adding to the due time, so that bursts do not drift when the clock is late. */
  #scheduleBurst(dueNs: bigint): void {
    this.#schedule(dueNs, () => {
      this.#scheduleBurst(dueNs + NS_PER_S);
      if (!this.#isSilent(dueNs)) this.#sendBurst(dueNs);
    });
  }

  #schedule(dueNs: bigint, action: () => void): void {
    const cancel = this.#clock.schedule(dueNs, () => {
      this.#cancels.delete(cancel);
      action();
    });
    this.#cancels.add(cancel);
  }

  #sendBurst(dueNs: bigint): void {
    const wallNs = this.#clock.wallNs() - (this.#clock.nowNs() - dueNs);
    const fix = this.#fixAt(dueNs);
    const bytes = this.#encode([formatGga(fix, wallNs), formatRmc(fix, wallNs)]);
    const pieceBytes = this.#faults.splitBytes ?? bytes.length;
    this.#link?.send(bytes.subarray(0, pieceBytes));
    for (let sent = pieceBytes, piece = 1n; sent < bytes.length; sent += pieceBytes, piece += 1n) {
      const rest = bytes.subarray(sent, sent + pieceBytes);
      this.#schedule(dueNs + piece * PIECE_GAP_NS, () => this.#link?.send(rest));
    }
  }

  #encode(sentences: readonly string[]): Uint8Array {
    const oneIn = this.#faults.badChecksumOneIn;
    const text = sentences.map((sentence) => {
      this.#sentenceCount += 1;
      return oneIn !== undefined && this.#sentenceCount % oneIn === 0 ? spoilChecksum(sentence) : sentence;
    });
    return new TextEncoder().encode(text.join(''));
  }

  #isSilent(dueNs: bigint): boolean {
    const { silence } = this.#faults;
    if (silence === undefined) return false;
    const sinceNs = dueNs - this.#connectedNs;
    return sinceNs >= secondsToNs(silence.fromSeconds) && sinceNs < secondsToNs(silence.untilSeconds);
  }

  #fixAt(timeNs: bigint): NmeaFix | undefined {
    if (timeNs - this.#poweredNs < secondsToNs(this.#world.at('warmUpSeconds', this.#poweredNs)))
      return undefined;
    const here = this.#positionAt(timeNs);
    const before = this.#positionAt(timeNs - NS_PER_S);
    // Over one second a flat map is exact enough; longitudes shrink with the cosine of the latitude.
    const north = radians(here.latitudeDegrees - before.latitudeDegrees) * EARTH_RADIUS_METRES;
    const turn = wrapLongitude(here.longitudeDegrees - before.longitudeDegrees);
    const east = radians(turn) * Math.cos(radians(here.latitudeDegrees)) * EARTH_RADIUS_METRES;
    const speed = Math.hypot(north, east);
    const course = (Math.atan2(east, north) * 180) / Math.PI;
    return {
      ...here,
      altitudeMetres: this.#world.at('altitudeMetres', timeNs),
      speedMetresPerSecond: speed,
      courseDegrees: speed < MINIMUM_COURSE_SPEED ? undefined : (course + 360) % 360,
    };
  }

  #positionAt(timeNs: bigint): { latitudeDegrees: number; longitudeDegrees: number } {
    return {
      latitudeDegrees: Math.min(90, Math.max(-90, this.#world.at('latitudeDegrees', timeNs))),
      longitudeDegrees: wrapLongitude(this.#world.at('longitudeDegrees', timeNs)),
    };
  }
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** Into -180 (included) to 180 (not included). */
function wrapLongitude(degrees: number): number {
  return degrees >= -180 && degrees < 180 ? degrees : ((((degrees + 180) % 360) + 360) % 360) - 180;
}

function checkFaults(faults: NmeaGpsFaults): NmeaGpsFaults {
  positiveInteger('badChecksumOneIn', faults.badChecksumOneIn);
  positiveInteger('splitBytes', faults.splitBytes);
  notNegative('unplugAfterSeconds', faults.unplugAfterSeconds);
  notNegative('silence.fromSeconds', faults.silence?.fromSeconds);
  notNegative('silence.untilSeconds', faults.silence?.untilSeconds);
  return faults;
}

function positiveInteger(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new SensorError('SENSOR_BAD_OPTION', `${name} must be a whole number above 0, not ${value}`, {
    option: name,
  });
}

function notNegative(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return;
  throw new SensorError('SENSOR_BAD_OPTION', `${name} must be 0 or more, not ${value}`, { option: name });
}
