import { millisecondsToNs, NS_PER_S, secondsToNs } from '@kanchi/hal';
import type { UartLink } from '@kanchi/hal/mock';
import { VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NmeaGpsFaults } from './nmea-gps.ts';
import { NmeaGps } from './nmea-gps.ts';

/** 2024-02-29T23:59:58.250Z: a leap day that ends during the tests, and no full second. */
const WALL_START_NS = BigInt(Date.UTC(2024, 1, 29, 23, 59, 58, 250)) * 1_000_000n;

interface Chunk {
  readonly timeNs: bigint;
  readonly text: string;
}

function wired(world: Record<string, unknown>, faults: NmeaGpsFaults = {}) {
  const clock = new VirtualClock({ wallStartNs: WALL_START_NS });
  const chunks: Chunk[] = [];
  const state = { disconnected: 0 };
  const link: UartLink = {
    send: (bytes) => chunks.push({ timeNs: clock.nowNs(), text: new TextDecoder().decode(bytes) }),
    disconnect: () => {
      state.disconnected += 1;
    },
    corrupt: () => {},
  };
  const gps = new NmeaGps({ clock, world, faults });
  gps.connect(link);
  const sentences = () =>
    chunks
      .map((chunk) => chunk.text)
      .join('')
      .split('\r\n')
      .slice(0, -1);
  return { clock, gps, chunks, state, sentences };
}

/** Written from the NMEA 0183 rule: exclusive or of what is between `$` and `*`, two upper-case hex digits. */
function checksumFits(sentence: string): boolean {
  const [, body = '', sum = ''] = /^\$([^*]*)\*([0-9A-F]{2})$/.exec(sentence) ?? [];
  return new TextEncoder().encode(body).reduce((xor, letter) => xor ^ letter, 0) === Number.parseInt(sum, 16);
}

/** `ddmm.mmmmm` and hemisphere to degrees. */
function degrees(text: string, hemisphere: string, digits: number): number {
  const value = Number(text.slice(0, digits)) + Number(text.slice(digits)) / 60;
  return hemisphere === 'S' || hemisphere === 'W' ? -value : value;
}

const fieldsOf = (sentence = '') => sentence.slice(1, -3).split(',');

describe('NmeaGps', () => {
  it('sends what a real receiver sends before its first fix', () => {
    // The two lines that published logs of a u-blox NEO-6M without reception show.
    const { clock, sentences } = wired({ warmUpSeconds: 100 });
    clock.spend(secondsToNs(1));
    expect(sentences()).toEqual(['$GPGGA,,,,,,0,00,99.99,,,,,,*48', '$GPRMC,,V,,,,,,,,,,N*53']);
  });

  it('sends one burst on every full second of the wall clock', () => {
    const { clock, chunks } = wired({ warmUpSeconds: 0 });
    clock.spend(secondsToNs(5));
    expect(chunks.map((chunk) => chunk.timeNs)).toEqual([0, 1, 2, 3, 4].map((s) => secondsToNs(s + 0.75)));
  });

  it('tells time and date of the wall clock, over midnight of a leap day', () => {
    const { clock, sentences } = wired({ warmUpSeconds: 0 });
    clock.spend(secondsToNs(2));
    const rmc = sentences().filter((sentence) => sentence.startsWith('$GPRMC'));
    expect(rmc.map((sentence) => [fieldsOf(sentence)[1], fieldsOf(sentence)[9]])).toEqual([
      ['235959.00', '290224'],
      ['000000.00', '010324'],
    ]);
  });

  it('has its first fix when the warm-up is over', () => {
    const { clock, sentences } = wired({ warmUpSeconds: 3 });
    clock.spend(secondsToNs(5));
    const status = sentences()
      .filter((sentence) => sentence.startsWith('$GPRMC'))
      .map((sentence) => fieldsOf(sentence)[2]);
    expect(status).toEqual(['V', 'V', 'V', 'A', 'A']);
  });

  it('gives any position back within 1e-5 minute, in sentences of at most 82 characters with right checksums', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -90, max: 90, noNaN: true }),
        fc.double({ min: -180, max: 179.999999, noNaN: true }),
        fc.double({ min: -500, max: 18_000, noNaN: true }),
        (latitudeDegrees, longitudeDegrees, altitudeMetres) => {
          const world = { latitudeDegrees, longitudeDegrees, altitudeMetres, warmUpSeconds: 0 };
          const { clock, sentences } = wired(world);
          clock.spend(secondsToNs(1));
          const [gga = '', rmc = ''] = sentences();
          const [, , lat = '', ns = '', lon = '', ew = '', quality, , , altitude] = fieldsOf(gga);
          expect(Math.abs(degrees(lat, ns, 2) - latitudeDegrees)).toBeLessThan(1e-5 / 60);
          expect(Math.abs(degrees(lon, ew, 3) - longitudeDegrees)).toBeLessThan(1e-5 / 60);
          expect(Number(lat.slice(2))).toBeLessThan(60);
          expect(Number(lon.slice(3))).toBeLessThan(60);
          expect(Math.abs(Number(altitude) - altitudeMetres)).toBeLessThanOrEqual(0.0501);
          expect(quality).toBe('1');
          expect(fieldsOf(rmc).slice(3, 7)).toEqual([lat, ns, lon, ew]);
          for (const sentence of [gga, rmc]) {
            expect(checksumFits(sentence)).toBe(true);
            expect(sentence.length + 2).toBeLessThanOrEqual(82);
          }
        },
      ),
    );
  });

  it('tells speed and course of a moving receiver, and no course at rest', () => {
    // One degree of latitude in 3600 s to the north is 60 nautical miles an hour.
    const { clock, gps, sentences } = wired({
      latitudeDegrees: { steps: Array.from({ length: 100 }, (_, second) => [second, 40 + second / 3600]) },
      longitudeDegrees: 10,
      warmUpSeconds: 0,
    });
    clock.spend(secondsToNs(10));
    const moving = fieldsOf(sentences().at(-1));
    expect(Number(moving[7])).toBeCloseTo(60, 0);
    expect(moving[8]).toBe('0.00');
    gps.setQuantity('latitudeDegrees', 40);
    clock.spend(secondsToNs(5));
    expect(fieldsOf(sentences().at(-1)).slice(7, 9)).toEqual(['0.000', '']);
  });

  it('takes the latitude into account: a degree of longitude at 60 degrees north is half as long', () => {
    const { clock, sentences } = wired({
      latitudeDegrees: 60,
      // To the west over the date line, one degree in 3600 s.
      longitudeDegrees: {
        steps: Array.from({ length: 100 }, (_, second) => [second, -179.999 - second / 3600]),
      },
      warmUpSeconds: 0,
    });
    clock.spend(secondsToNs(10));
    for (const sentence of sentences()
      .filter((line) => line.startsWith('$GPRMC'))
      .slice(2)) {
      expect(Number(fieldsOf(sentence)[7])).toBeCloseTo(30, 0);
      expect(Number(fieldsOf(sentence)[8])).toBeCloseTo(270, 0);
    }
    expect(fieldsOf(sentences()[0])[5]).toBe('W');
    expect(fieldsOf(sentences().at(-1))[6]).toBe('E');
  });

  it('counts what the app sends and is not changed by it', () => {
    const { gps, clock, sentences } = wired({ warmUpSeconds: 100 });
    gps.receive(Uint8Array.of(0xb5, 0x62, 0x06));
    clock.spend(secondsToNs(1));
    expect(gps.receivedByteCount).toBe(3);
    expect(sentences()).toHaveLength(2);
  });
});

describe('NmeaGps faults', () => {
  it('spoils the checksum of every n-th sentence and of no other', () => {
    const { clock, gps, sentences } = wired({ warmUpSeconds: 0 }, { badChecksumOneIn: 3 });
    clock.spend(secondsToNs(6));
    expect(gps.sentenceCount).toBe(12);
    expect(sentences().map(checksumFits)).toEqual(
      Array.from({ length: 12 }, (_, index) => (index + 1) % 3 !== 0),
    );
  });

  it('splits bursts into pieces that arrive later and together are the same bytes', () => {
    const whole = wired({ warmUpSeconds: 0 });
    const split = wired({ warmUpSeconds: 0 }, { splitBytes: 16 });
    for (const { clock } of [whole, split]) clock.spend(secondsToNs(3));
    expect(split.sentences()).toEqual(whole.sentences());
    const [first, second] = split.chunks;
    expect(first?.text).toHaveLength(16);
    expect((second?.timeNs ?? 0n) - (first?.timeNs ?? 0n)).toBe(millisecondsToNs(5));
  });

  it('is silent for a while and then goes on', () => {
    const { clock, chunks } = wired({}, { silence: { fromSeconds: 2, untilSeconds: 4 } });
    clock.spend(secondsToNs(6));
    expect(chunks.map((chunk) => chunk.timeNs)).toEqual([0.75, 1.75, 4.75, 5.75].map(secondsToNs));
  });

  it('goes away at its time, once, and leaves nothing scheduled', () => {
    const { clock, gps, chunks, state } = wired({}, { unplugAfterSeconds: 2.751, splitBytes: 8 });
    clock.spend(secondsToNs(10));
    expect(state.disconnected).toBe(1);
    expect(chunks.every((chunk) => chunk.timeNs < 3n * NS_PER_S)).toBe(true);
    expect(clock.nextDueNs()).toBeUndefined();
    gps.unplug();
    expect(state.disconnected).toBe(1);
  });

  it.each([
    { badChecksumOneIn: 0 },
    { badChecksumOneIn: 1.5 },
    { splitBytes: -1 },
    { unplugAfterSeconds: Number.NaN },
    { silence: { fromSeconds: -1, untilSeconds: 2 } },
  ])('refuses %j', (faults) => {
    expect(() => wired({}, faults)).toThrow(expect.objectContaining({ code: 'SENSOR_BAD_OPTION' }));
  });
});
