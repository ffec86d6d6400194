import { describe, expect, it } from 'vitest';
import { createRunningStepMemory, RunningStepReader, RunningStepWriter } from './running-step.ts';

describe('the note of the step that a thread is in', () => {
  it('is there from the begin of the step to its end, each with a number of its own', () => {
    const memory = createRunningStepMemory();
    const writer = new RunningStepWriter(memory);
    const reader = new RunningStepReader(memory);
    expect(reader.read()).toBeUndefined();
    writer.begin(3, 5_000_000_000_000n);
    const first = reader.read();
    expect(first).toMatchObject({ sensorSlot: 3, deadlineNs: 5_000_000_000_000n });
    writer.end();
    expect(reader.read()).toBeUndefined();
    writer.begin(3, 6_000_000_000_000n);
    expect(reader.read()?.step).not.toBe(first?.step);
  });

  it('is overdue from its deadline on', () => {
    const memory = createRunningStepMemory();
    const writer = new RunningStepWriter(memory);
    const reader = new RunningStepReader(memory);
    writer.begin(0, 100n);
    expect([99n, 100n, 101n].map((nowNs) => reader.overdue(nowNs)?.sensorSlot)).toEqual([undefined, 0, 0]);
    writer.end();
    expect(reader.overdue(200n)).toBeUndefined();
  });
});
