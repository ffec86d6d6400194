import { createDoorbell, createRemoteChannel, createWake } from '@kanchi/hal/remote';
import { expect, it } from 'vitest';
import { AppMemories, type AppMemory } from './app-memory.ts';

const doorbell = createDoorbell();
const create = (extension: unknown = { ring: new SharedArrayBuffer(8) }): AppMemory => {
  const wake = createWake();
  return { wake, links: [{ channel: createRemoteChannel({ doorbell, wake }), extension }] };
};

it('hands the memory of an app to the next one, as if it were new, and leaves the doorbell alone', () => {
  const memories = new AppMemories(create);
  const first = memories.take();
  const [link] = first.links;
  if (link === undefined) throw new Error('no link');
  const own = [first.wake, link.channel.control, link.channel.payload, link.channel.events];
  const { ring } = link.extension as { readonly ring: SharedArrayBuffer };
  for (const buffer of [...own, ring, doorbell]) new Uint8Array(buffer).fill(7);
  expect(memories.take()).not.toBe(first);
  memories.give(first);
  expect(memories.take()).toBe(first);
  for (const buffer of [...own, ring]) expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
  expect(new Uint8Array(doorbell).every((byte) => byte === 7)).toBe(true);
});

it('keeps four at most, and none that it cannot clear', () => {
  const memories = new AppMemories(create);
  const given = Array.from({ length: 6 }, () => create());
  for (const memory of given) memories.give(memory);
  expect(Array.from({ length: 6 }, () => memories.take()).filter((one) => given.includes(one))).toHaveLength(
    4,
  );
  for (const extension of [{ port: 5 }, 'text']) {
    const strange = create(extension);
    memories.give(strange);
    expect(memories.take()).not.toBe(strange);
  }
});
