import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileGuestFunctions, type GuestFunctions } from '../support/guest-functions.ts';

const source = `#include <kanchi.h>
#include "nmea.h"
static nmea_reader reader;
static nmea_position position;
// 0 nothing, 1 a sentence, 2 a position
KANCHI_EXPORT(take) int take(int byte)
{
    nmea_sentence sentence;
    if (!nmea_take(&reader, (char)byte, &sentence)) {
        return 0;
    }
    return nmea_parse_gga(&sentence, &position) ? 2 : 1;
}
KANCHI_EXPORT(has_fix) int has_fix(void) { return position.has_fix; }
KANCHI_EXPORT(latitude) double latitude(void) { return position.latitude_degrees; }
KANCHI_EXPORT(longitude) double longitude(void) { return position.longitude_degrees; }
KANCHI_EXPORT(altitude) double altitude(void) { return position.altitude_metres; }
KANCHI_EXPORT(satellites) int satellites(void) { return position.satellites; }
KANCHI_EXPORT(bad_checksums) int bad_checksums(void) { return (int)reader.bad_checksums; }
KANCHI_EXPORT(too_long) int too_long(void) { return (int)reader.too_long; }
`;

let guest: GuestFunctions;
beforeAll(async () => {
  guest = await compileGuestFunctions(
    ['examples/uart-gps/nmea.c', 'examples/uart-gps/nmea.h'],
    source,
    'wasi',
  );
});

function sentence(body: string): string {
  let sum = 0;
  for (const character of body) sum ^= character.charCodeAt(0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}

/** What each byte gave, without the bytes that gave nothing. */
function feed(bytes: Iterable<number>): number[] {
  return [...bytes].map((byte) => guest.call('take', byte)).filter((result) => result !== 0);
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const gga = sentence('GPGGA,120044.00,3344.40000,S,15112.60000,W,1,08,1.01,12.5,M,0.0,M,,');

describe('the NMEA reader of the GPS example', () => {
  it('reads a position, south and west negative', () => {
    expect(feed(text(gga))).toEqual([2]);
    expect(guest.call('has_fix')).toBe(1);
    expect(guest.call('latitude')).toBeCloseTo(-33.74, 9);
    expect(guest.call('longitude')).toBeCloseTo(-151.21, 9);
    expect(guest.call('altitude')).toBe(12.5);
    expect(guest.call('satellites')).toBe(8);
  });

  it('does not take the empty fields before a fix for a position at 0, 0', () => {
    expect(feed(text(sentence('GPGGA,,,,,,0,00,99.99,,,,,,')))).toEqual([2]);
    expect(guest.call('has_fix')).toBe(0);
    expect(feed(text(sentence('GPGGA,120044.00,,S,15112.6,W,1,08,1.01,12.5,M,0.0,M,,')))).toEqual([2]);
    expect(guest.call('has_fix')).toBe(0);
  });

  it('passes over other sentences and counts those with a wrong checksum', () => {
    expect(feed(text(sentence('GPRMC,,V,,,,,,,,,,N')))).toEqual([1]);
    const before = guest.call('bad_checksums');
    expect(feed(text(gga.replace('*', '1*')))).toEqual([]);
    expect(guest.call('bad_checksums')).toBe(before + 1);
  });

  it('begins anew at a dollar sign, in the middle of a sentence and after a line that is too long', () => {
    expect(feed(text(`99,N*12\r\n$GPGGA,12${gga}`))).toEqual([2]);
    const before = guest.call('too_long');
    expect(feed(text(`$${'A'.repeat(500)}\r\n${gga}`))).toEqual([2]);
    expect(guest.call('too_long')).toBe(before + 1);
  });

  it('survives any bytes and reads the next sentence', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        feed(noise);
        expect(feed(text(gga))).toEqual([2]);
        expect(guest.call('has_fix')).toBe(1);
      }),
    );
  });

  it('survives any fields in a sentence that is well formed', () => {
    const fields = fc.array(
      fc.string({ unit: fc.constantFrom(...'0123456789.-NSEWxyz'.split('')), maxLength: 12 }),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(fields, (values) => {
        const results = feed(text(sentence(`GPGGA,${values.join(',')}`)));
        expect(results.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
