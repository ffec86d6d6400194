import { describe, expect, it } from 'vitest';
import type { WorldClock } from '../contract/clock.ts';
import { MockBoard, VirtualClock } from '../mock/index.ts';
import { controlWord, createDoorbell, createRemoteChannel, viewChannel } from './channel.ts';
import { remoteOperation } from './protocol.ts';
import { RemoteHalServer, stopBroker } from './remote-hal-server.ts';

/** A clock on which more is due as soon as the last work has ended. */
function overloadedClock(workNs: bigint): WorldClock & { readonly works: () => number } {
  let nowNs = 0n;
  let count = 0;
  return {
    nowNs: () => nowNs,
    wallNs: () => nowNs,
    waitUntil: () => {},
    schedule: () => () => {},
    spend: () => {},
    nextDueNs: () => nowNs,
    runDue: () => {
      count += 1;
      nowNs += workNs;
    },
    works: () => count,
  };
}

/** A broker that has just answered a call: it watches for the next one without other looks for a while. */
function brokerAfterCall(clock: WorldClock, doorbell: SharedArrayBuffer): RemoteHalServer {
  const server = new RemoteHalServer({ hal: new MockBoard({ clock: new VirtualClock() }), clock, doorbell });
  const channel = createRemoteChannel({ doorbell });
  server.attach('app', channel);
  const { words } = viewChannel(channel);
  words[controlWord.operation] = remoteOperation.info;
  Atomics.add(words, controlWord.request, 1);
  return server;
}

function messagesTaken(workNs: bigint, maximumWorks: number): number[] {
  const clock = overloadedClock(workNs);
  const server = brokerAfterCall(clock, createDoorbell());
  const taken = new Set<number>();
  server.run({
    stopRequested: () => clock.works() >= maximumWorks,
    betweenRounds: () => taken.add(clock.works()),
  });
  return [...taken].filter((works) => works > 0);
}

describe('a broker with more scheduled work than time', () => {
  it('takes messages after each piece of work that takes long', () => {
    expect(messagesTaken(750_000_000n, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes messages every 100 ms of short work', () => {
    expect(messagesTaken(5_000_000n, 100)).toEqual([20, 40, 60, 80, 100]);
  });

  it.each([
    ['nothing is scheduled', undefined],
    ['what is scheduled is far off', 1_000_000_000n],
  ])('looks for events of its devices also while %s', (_, nextDueNs) => {
    const clock = { ...overloadedClock(0n), nextDueNs: () => nextDueNs };
    const server = brokerAfterCall(clock, createDoorbell());
    server.run({ stopRequested: () => clock.works() >= 3 });
    expect(clock.works()).toBe(3);
  });

  it('ends when it is told to stop, whatever is overdue', () => {
    const clock = overloadedClock(750_000_000n);
    const doorbell = createDoorbell();
    const server = brokerAfterCall(clock, doorbell);
    server.run({ betweenRounds: () => (clock.works() === 2 ? stopBroker(doorbell) : undefined) });
    expect(clock.works()).toBe(2);
  });
});
