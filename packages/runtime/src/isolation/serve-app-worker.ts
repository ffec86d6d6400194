import { randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { RemoteClock, RemoteHal, RoutedHal } from '@kanchi/hal/remote/client';
import type { GuestAbi } from '../abi/guest-abi.ts';
import type { AppExit } from '../app/app-exit.ts';
import { AppCounters } from '../app/counters.ts';
import { runApp } from '../app/run-app.ts';
import { TurnMark } from '../app/turn-mark.ts';
import type { HostApi } from '../host-api/host-api.ts';
import { BoundedOutput, OutputBacklog } from './output-backlog.ts';
import type { AppWorkerData, AppWorkerMessage } from './worker-message.ts';
import { narrowingFeed } from './worker-narrowing.ts';

/** What a broker has for an app besides the hardware; see `WorkerExecutorOptions.extend`. */
export interface AppService {
  /** Name of the broker's buses; empty for the main one. */
  readonly name: string;
  readonly extension: unknown;
  /** Of the broker; shared by all its clients. */
  readonly doorbell: SharedArrayBuffer;
  /** Asks the app's service in the broker. Blocks; throws what `RemoteHal.callService` throws. */
  call(request: Readonly<Record<string, unknown>>): unknown;
}

/**
 * The body of an app's worker thread: runs the app against the broker's hardware and tells how it ended. Whoever adds
 * host APIs of their own (sensors) writes a worker entry that calls this with the longer list. `supervisor` is the
 * extension of the app's `SupervisorService`.
 */
export function serveAppWorker(
  createHostApis: (services: readonly AppService[]) => readonly HostApi[],
  createGuestAbis: (services: readonly AppService[], supervisor: unknown) => readonly GuestAbi[] = () => [],
): void {
  const port = parentPort;
  if (port === null) {
    throw new TypeError('serveAppWorker runs in a worker thread only');
  }
  const { app, countersBuffer, turnsBuffer, backlogBuffer, links, supervisor, narrowing, timesStop } =
    workerData as AppWorkerData;
  const tell = (message: AppWorkerMessage): void => port.postMessage(message);
  const parts = links.map((link) => ({
    link,
    hal: new RemoteHal(link.channel, app.manifest.name, { timesStop }),
  }));
  const main = parts[0]?.hal;
  if (main === undefined) {
    throw new TypeError('an app needs the main broker');
  }
  const hal = new RoutedHal(main, {
    i2c: new Map(parts.flatMap((part) => part.link.i2cBuses.map((bus) => [bus, part.hal] as const))),
    spi: new Map(parts.flatMap((part) => part.link.spiBuses.map((bus) => [bus, part.hal] as const))),
  });
  const clock = new RemoteClock(main);
  const services = parts.map(({ link: { name, extension, channel }, hal: part }) => ({
    name,
    extension,
    doorbell: channel.doorbell,
    call: (request: Readonly<Record<string, unknown>>) => part.callService(request),
  }));
  const withStop = (exit: AppExit): AppExit =>
    exit.reason !== 'stopped' || main.stopBetweenNs === undefined
      ? exit
      : { ...exit, stopBetweenNs: main.stopBetweenNs };
  tell({ kind: 'begun' });
  const counters = new AppCounters(countersBuffer);
  const exit = runApp(app, {
    hal,
    clock,
    output: new BoundedOutput({
      appName: app.manifest.name,
      backlog: new OutputBacklog(backlogBuffer),
      counters,
      send: tell,
      nowNs: () => clock.nowNs(),
    }),
    counters,
    turns: new TurnMark(turnsBuffer, () => clock.nowNs()),
    hostApis: createHostApis(services),
    guestAbis: createGuestAbis(services, supervisor),
    narrowings: narrowingFeed(narrowing),
    stopRequested: () => main.stopRequested(),
    pumpEvents: () => {
      main.drainEvents();
    },
    fillRandom: (bytes) => {
      randomFillSync(bytes);
    },
    onReady: () => tell({ kind: 'ready' }),
    onDenial: (text) => tell({ kind: 'denial', text }),
    onEnding: (exit) => tell({ kind: 'ending', exit: withStop(exit) }),
  });
  hal.close();
  tell({ kind: 'exit', exit: withStop(exit) });
}
