import { describe, expect, it } from 'vitest';
import { Slots } from './slots.ts';

describe('slots', () => {
  it('are told before they are taken, and used again after they are free', () => {
    const slots = new Slots<string>();
    expect(slots.next).toBe(0);
    slots.add('a');
    slots.add('b');
    expect(slots.next).toBe(2);
    slots.remove(0);
    expect([slots.get(0), slots.get(1)]).toEqual([undefined, 'b']);
    expect(slots.next).toBe(0);
    slots.add('c');
    expect([slots.get(0), slots.next]).toEqual(['c', 2]);
  });
});
