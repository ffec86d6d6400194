import {
  createRunningStepMemory,
  type RunningStep,
  RunningStepReader,
  RunningStepWriter,
} from '@kanchi/sensor-framework/hub';
import { describe, expect, it } from 'vitest';
import { HangWatch, HUNG } from './hang-watch.ts';

function watched() {
  const memory = createRunningStepMemory();
  const told: RunningStep[] = [];
  return {
    writer: new RunningStepWriter(memory),
    watch: new HangWatch(new RunningStepReader(memory), (step) => told.push(step)),
    told,
  };
}

describe('the watch for a thread that hangs in a read', () => {
  it('tells a step whose deadline has passed, once, while the thread is in it', () => {
    const { writer, watch, told } = watched();
    writer.begin(2, 5_000n);
    watch.look(4_999n);
    expect([told.length, watch.isHung(4_999n)]).toEqual([0, false]);
    watch.look(5_000n);
    watch.look(6_000n);
    expect(told).toMatchObject([{ sensorSlot: 2 }]);
    expect(watch.isHung(6_000n)).toBe(true);
  });

  it('takes the word of the thread for a step only when it has not told of it', () => {
    const { writer, watch } = watched();
    writer.begin(0, 5_000n);
    watch.look(5_000n);
    writer.end();
    expect([watch.takeStuck(), watch.takeStuck()]).toEqual([false, true]);
  });

  it('ends what waits for the thread, and nothing else', async () => {
    const { writer, watch } = watched();
    const answered = watch.unlessHung(Promise.resolve('answer'));
    const never = watch.unlessHung(new Promise<string>(() => {}));
    expect(await answered).toBe('answer');
    writer.begin(0, 5_000n);
    watch.look(5_000n);
    expect(await never).toBe(HUNG);
  });
});
