import { VirtualClock } from '@kanchi/hal/mock';
import { parseBoard } from '@kanchi/runtime';
import { describe, expect, it } from 'vitest';
import type { ChannelSample } from '../drivers/sensor-driver.ts';
import { boardCalibration } from './board-calibration.ts';
import { entryOf, FakeDriver } from './fake-sensor.test-support.ts';
import { HubSensor } from './hub-sensor.ts';

/** What is recorded where the driver says each of the samples, with such a calibration of its channel `t`. */
function calibrated(steps: readonly object[], samples: readonly ChannelSample[]): (number | string)[] {
  const board = parseBoard(
    { kanchi: 1, name: 'desk', sensors: { air: { driver: 'fake', calibration: { t: steps } } } },
    'board.json',
  );
  const sensor = board.sensors.get('air');
  if (sensor === undefined) throw new Error('no sensor');
  let sample: ChannelSample = 0;
  const driver = new FakeDriver(['raw', 't'], () => [sample, sample]);
  const hubSensor = new HubSensor(
    entryOf('air', driver, { calibration: boardCalibration(sensor, driver.channels) }),
  );
  return samples.map((each) => {
    sample = each;
    const result = hubSensor.perform('read', new VirtualClock());
    const [raw, reading] = hubSensor.readingsOfRead(result === 'good' ? undefined : result);
    // The other channel stays as the driver has it.
    expect(raw?.value ?? raw?.reason).toBe(each);
    return reading?.value ?? (reading?.reason as string);
  });
}

describe('a calibration of the board file', () => {
  it.each<[string, readonly object[], readonly ChannelSample[], readonly (number | string)[]]>([
    ['adds', [{ offset: -0.5 }], [20, 21.5], [19.5, 21]],
    ['multiplies and adds', [{ scale: 2, offset: 1 }], [3, -1], [7, -1]],
    ['multiplies', [{ scale: 0.5 }], [3], [1.5]],
    [
      'goes along lines, also outside',
      [
        {
          points: [
            [0, 1],
            [10, 21],
            [20, 21],
          ],
        },
      ],
      [-5, 5, 10, 30],
      [-9, 11, 21, 21],
    ],
    ['limits', [{ minimum: 0, maximum: 100, outside: 'limit' }], [-3, 50, 101], [0, 50, 100]],
    [
      'refuses',
      [{ minimum: 0, maximum: 100, outside: 'refuse' }],
      [50, 101, 102, 99],
      [50, 'out-of-range', 'out-of-range', 99],
    ],
    ['does its steps in order', [{ offset: 1 }, { scale: 10 }, { offset: 0.5 }], [1], [20.5]],
    ['gives no value that is not finite', [{ scale: 1e308 }], [1e10, 1], ['out-of-range', 1e308]],
    ['leaves reasons as they are, each of them', [{ offset: 1 }], ['crc', 'crc', 2], ['crc', 'crc', 3]],
  ])('%s', (_, steps, samples, expected) => {
    expect(calibrated(steps, samples)).toEqual(expected);
  });

  it.each<[string, object, string]>([
    [
      'a channel that the sensor does not have',
      { heat: [{ offset: 1 }] },
      'there is no channel "heat"; there are "t"',
    ],
    [
      'points that do not rise',
      {
        t: [
          {
            points: [
              [1, 1],
              [1, 2],
            ],
          },
        ],
      },
      'measured values must rise',
    ],
    [
      'limits the wrong way round',
      { t: [{ minimum: 2, maximum: 1, outside: 'limit' }] },
      'it is above the maximum',
    ],
    ['too many steps', { t: Array.from({ length: 9 }, () => ({ offset: 1 })) }, 'at most 8'],
  ])('refuses %s', (_, calibration, says) => {
    const board = parseBoard(
      { kanchi: 1, name: 'desk', sensors: { air: { driver: 'fake', calibration } } },
      'board.json',
    );
    const sensor = board.sensors.get('air');
    if (sensor === undefined) throw new Error('no sensor');
    expect(() => boardCalibration(sensor, [{ name: 't' }])).toThrow(says);
  });

  it.each([
    [{ t: [{ offset: '1' }] }],
    [{ t: [{ points: [[1, 1]] }] }],
    [{ t: [{ minimum: 1, maximum: 2 }] }],
    [{ t: [] }],
    [{ t: [{ offset: 1, more: 2 }] }],
  ])('is refused by the board file: %j', (calibration) => {
    expect(() =>
      parseBoard(
        { kanchi: 1, name: 'desk', sensors: { air: { driver: 'fake', calibration } } },
        'board.json',
      ),
    ).toThrow(expect.objectContaining({ code: 'KANCHI_BOARD_INVALID' }));
  });
});
