import type { Hal, WorldClock } from '@kanchi/hal';
import {
  type AppExit,
  type AppListener,
  type AppPackage,
  type Grants,
  InlineExecutor,
  kanchiHostApis,
} from '@kanchi/runtime';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { HubSession } from '@kanchi/sensor-framework/hub';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { createFrameworkAbi, LocalEndpoint, MessageRouter } from '@kanchi/sensor-framework/wamr';
import { createBoardHub } from './board-hub.ts';
import { noConnections } from './network/no-connections.ts';

/** An app with all host APIs and calling conventions on the calling thread, until it ends or its time is over. */
export async function runInVirtualTime(run: {
  readonly app: AppPackage;
  readonly hal: Hal;
  readonly clock: WorldClock;
  /** Virtual time until the app is asked to stop. */
  readonly durationNs: bigint;
  readonly listener: AppListener;
  readonly onSensorEvent?: (event: TimelineEvent) => void;
  /** A line on a network connection that failed; there are none in virtual time. */
  readonly onConnectionFault: (line: string) => void;
  /** Instead of what the manifest grants. */
  readonly grants?: Grants;
}): Promise<AppExit> {
  const { app, hal, clock, durationNs, listener, onSensorEvent, onConnectionFault, grants } = run;
  const hub = createBoardHub(app.board, hal, clock, new SimulatedKernelFiles(), onSensorEvent);
  const execution = new InlineExecutor({
    hal,
    clock,
    durationNs,
    hostApis: [...kanchiHostApis, createSensorApi(({ appName }) => new HubSession(hub, appName))],
    guestAbis: [
      createFrameworkAbi({
        connectSensors: ({ appName }) => new HubSession(hub, appName),
        connectMessages: ({ appName }) => new LocalEndpoint(new MessageRouter(), appName),
        connectConnections: ({ appName }) => noConnections(appName, onConnectionFault),
      }),
    ],
    ...(grants === undefined ? {} : { grants }),
  }).start(app, listener);
  const exit = await execution.exited;
  hub.closeAll();
  return exit;
}
