import { describe, expect, it } from 'vitest';
import { MockBoard } from '../mock/board.ts';
import { VirtualClock } from '../mock/virtual-clock.ts';
import { RoutedHal } from './routed-hal.ts';

function boards() {
  const clock = new VirtualClock();
  const options = { clock, i2c: { buses: [0, 1] }, spi: { devices: [{ bus: 0, chipSelect: 0 }] } };
  const main = new MockBoard(options);
  const busOne = new MockBoard(options);
  const hal = new RoutedHal(main, { i2c: new Map([[1, busOne]]), spi: new Map([[0, busOne]]) });
  return { main, busOne, hal };
}

describe('a routed backend', () => {
  it('opens a bus where it was routed, and everything else on the main one', () => {
    const { main, busOne, hal } = boards();
    hal.openI2cBus({ bus: 1, consumer: 'test' });
    hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'test', mode: 0, clockHz: 1_000_000 });
    expect([main.openHandleCount(), busOne.openHandleCount()]).toEqual([0, 2]);
    hal.openI2cBus({ bus: 0, consumer: 'test' });
    hal.openGpioLine({ offset: 17, consumer: 'test', direction: 'input' });
    expect([main.openHandleCount(), busOne.openHandleCount()]).toEqual([2, 2]);
    expect(hal.openHandleCount()).toBe(4);
    expect(hal.info()).toEqual(main.info());
    expect(hal.capabilities).toEqual(main.capabilities);
  });

  it('closes what is open on all of them', () => {
    const { main, busOne, hal } = boards();
    hal.openI2cBus({ bus: 1, consumer: 'test' });
    hal.openGpioLine({ offset: 17, consumer: 'test', direction: 'input' });
    hal.close();
    expect([main.openHandleCount(), busOne.openHandleCount()]).toEqual([0, 0]);
  });
});
