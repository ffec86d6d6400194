import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { parseBoard } from '@kanchi/runtime';
import { createSensorDrivers } from '@kanchi/sensor-framework';
import { openBoardSensors } from '@kanchi/sensor-framework/hub';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { describe, expect, it } from 'vitest';
import { partOfSensor, partsOfBoard } from './board-parts.ts';

const board = parseBoard(
  {
    kanchi: 1,
    name: 'test',
    lines: { led: { line: 17, direction: 'output' } },
    i2c: {
      buses: { wire: { bus: 1 }, other: { bus: 3 } },
      devices: {
        environment: { bus: 1, address: '0x76', part: 'bme280' },
        expander: { bus: 1, address: '0x20' },
        clock: { bus: 3, address: '0x68' },
      },
    },
    spi: { devices: { adc: { bus: 0, chipSelect: 0, part: 'mcp3008' }, flash: { bus: 1, chipSelect: 0 } } },
    uart: { ports: { gps: { port: '/dev/serial0', baud: 9600, part: 'nmea-gps' } } },
    pwm: { channels: { servo: { channel: 0, periodNs: 20_000_000 } } },
    sensors: {
      air: { driver: 'bme280', device: 'environment' },
      dial: { driver: 'mcp3008', device: 'adc', options: { referenceV: 3.3 } },
      cpu: { driver: 'thermal-zone', options: { zone: 0 } },
      water: { driver: 'ds18b20' },
    },
    world: { environment: { temperatureC: 20 }, gps: {} },
  },
  'board.json',
);

describe('a board with sensors', () => {
  it('is divided by the buses that sensors are on; everything has exactly one owner', () => {
    const parts = partsOfBoard(board);
    const shown = parts.map(({ name, i2cBuses, spiBuses, board: part }) => ({
      name,
      i2cBuses,
      spiBuses,
      labels: [
        ...part.lines.keys(),
        ...part.i2cBuses.keys(),
        ...part.i2cDevices.keys(),
        ...part.spiDevices.keys(),
        ...part.uartPorts.keys(),
        ...part.pwmChannels.keys(),
        ...part.sensors.keys(),
      ],
      world: [...part.world.keys()],
    }));
    expect(shown).toEqual([
      {
        name: '',
        i2cBuses: [],
        spiBuses: [],
        labels: ['led', 'other', 'clock', 'flash', 'gps', 'servo'],
        world: ['gps'],
      },
      {
        name: 'i2c-1',
        i2cBuses: [1],
        spiBuses: [],
        labels: ['wire', 'environment', 'expander', 'air'],
        world: ['environment'],
      },
      { name: 'spi-0', i2cBuses: [], spiBuses: [0], labels: ['adc', 'dial'], world: [] },
      { name: 'kernel', i2cBuses: [], spiBuses: [], labels: ['cpu'], world: [] },
      { name: 'one-wire', i2cBuses: [], spiBuses: [], labels: ['water'], world: [] },
    ]);
    for (const label of board.sensors.keys()) {
      const owner = parts.find(({ name }) => name === partOfSensor(board, label));
      expect(owner?.board.sensors.has(label)).toBe(true);
    }
  });

  it('has kernel sensors on the buses that their threads are named after', () => {
    const clock = new VirtualClock();
    const hal = new MockBoard({ clock });
    const drivers = createSensorDrivers({ kernelFiles: new SimulatedKernelFiles() });
    const kernel = {
      ...board,
      sensors: new Map([...board.sensors].filter(([, { device }]) => device === undefined)),
    };
    const buses = openBoardSensors(kernel, { hal, clock, drivers }).map(({ name, bus }) => [name, bus]);
    expect(buses).toEqual([
      ['cpu', 'kernel'],
      ['water', 'one-wire'],
    ]);
    expect(buses).toEqual([...kernel.sensors.keys()].map((label) => [label, partOfSensor(board, label)]));
  });

  it('without sensors stays whole', () => {
    expect(partsOfBoard({ ...board, sensors: new Map() })).toHaveLength(1);
  });
});
