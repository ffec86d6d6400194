import type { AbiGuest, AppContext, GuestAbi, ImportTable } from '@kanchi/runtime/extension';
import { eventKind, GuestTrap } from '@kanchi/runtime/extension';
import type { SensorPort } from '../hub/sensor-port.ts';
import type { AppConnections } from './app-connections.ts';
import { AppSensors } from './app-sensors.ts';
import { AppTimers } from './app-timers.ts';
import { encodeAttributes } from './attribute-container.ts';
import { AppCallbacks } from './callbacks.ts';
import { ConnectionTable } from './connection-table.ts';
import { frameworkImports, frameworkSignatures } from './framework-imports.ts';
import { MAX_MAILBOX_MESSAGES } from './limits.ts';
import type { MessageEndpoint } from './message-endpoint.ts';
import { SensorEvents } from './sensor-events.ts';

/** What an app of WAMR's framework is connected to. Each is asked once for each app. */
export interface FrameworkAbiOptions {
  readonly connectSensors: (context: AppContext) => SensorPort;
  readonly connectMessages: (context: AppContext) => MessageEndpoint;
  /** Where it gives nothing, network connections are refused. */
  readonly connectConnections?: (context: AppContext) => AppConnections | undefined;
}

/** One app of the framework while it runs. */
export interface FrameworkApp {
  readonly context: AppContext;
  readonly sensors: AppSensors;
  /** Throws what the port throws. */
  readonly sensorOutline: SensorPort['describe'];
  readonly timers: AppTimers;
  readonly messages: MessageEndpoint;
  readonly connections: ConnectionTable;
}

/** An app that has nothing to do looks again this often, nanoseconds; what arrives wakes it before. */
const IDLE_NS = 60_000_000_000n;
/** Exports that only an app of the framework has. */
const frameworkExports = [
  'on_request',
  'on_response',
  'on_timer_callback',
  'on_sensor_event',
  'on_connection_data',
];

/**
 * WAMR's app framework as a calling convention: unmodified apps run with their imports in `env`, their callbacks and their
 * packets. It holds no policy: every call is checked against the manifest. See docs/host-api/wamr.md.
 */
export function createFrameworkAbi(options: FrameworkAbiOptions): GuestAbi {
  return {
    name: 'wamr',
    claims: ({ module, functionImports }) =>
      [...functionImports.keys()].some((name) => Object.hasOwn(frameworkSignatures, plain(name))) ||
      WebAssembly.Module.exports(module).some(({ name }) =>
        frameworkExports.includes(name.replace(/^_/u, '')),
      ),
    connect: (context, { timers }) => {
      const port = options.connectSensors(context);
      const app: FrameworkApp = {
        context,
        sensors: new AppSensors(port, [...context.board.sensors.keys()], context.compat === 'wamr'),
        sensorOutline: (sensor) => port.describe(sensor),
        timers: new AppTimers(Math.min(timers ?? Number.POSITIVE_INFINITY, context.limits.values.timers)),
        messages: options.connectMessages(context),
        connections: new ConnectionTable(context, options.connectConnections?.(context)),
      };
      context.permissions.addListener((targets) => letGo(app, targets));
      return { tables: [importTable(app)], run: (guest) => run(app, guest) };
    },
  };
}

/** `env.name` or `env._name` as the framework's name, anything else as it is. */
function plain(name: string): string {
  return name.replace(/^env\._?/u, '');
}

/** Ends what the app has under permissions that it lost. Connections and ports see to that themselves. */
function letGo({ sensors, timers, messages }: FrameworkApp, targets: readonly string[]): void {
  for (const target of targets) {
    if (target.startsWith('sensor:')) sensors.closeLabel(target.slice('sensor:'.length));
    if (target === 'clock:clock') timers.cancelAll();
    if (target === 'message:message') messages.withdraw();
  }
}

function importTable(app: FrameworkApp): ImportTable {
  const functions = frameworkImports(app);
  return {
    module: 'env',
    find: (asked) => {
      const name = [asked, asked.replace(/^_/u, '')].find((each) => Object.hasOwn(frameworkSignatures, each));
      const call = name === undefined ? undefined : functions[name];
      const signature = name === undefined ? undefined : frameworkSignatures[name];
      return call === undefined || signature === undefined ? undefined : { signature, call };
    },
  };
}

function* run(app: FrameworkApp, guest: AbiGuest): Generator<bigint, number, void> {
  const { context, timers } = app;
  const callbacks = new AppCallbacks(context, guest);
  const events = new SensorEvents((text) => callbacks.tell('warning', text));
  try {
    const failure = callbacks.start();
    if (failure !== undefined) {
      callbacks.call('on_destroy');
      throw context.ending.begin(new GuestTrap(failure));
    }
    context.ready();
    while (!isStopped(app)) {
      if (step(app, callbacks, events)) continue;
      const nowNs = context.clock.nowNs();
      const dueNs = timers.nextDueNs() ?? nowNs + IDLE_NS;
      if (dueNs > nowNs) yield dueNs < nowNs + IDLE_NS ? dueNs : nowNs + IDLE_NS;
    }
    callbacks.call('on_destroy');
    return 0;
  } finally {
    app.sensors.closeAll();
    app.messages.close();
    app.connections.closeAll();
  }
}

/** One round: what is there is given to the app. False when there was nothing. */
function step(app: FrameworkApp, callbacks: AppCallbacks, events: SensorEvents): boolean {
  const { context, timers, sensors, messages, connections } = app;
  let didSomething = false;
  const timer = timers.takeDue(context.clock.nowNs());
  if (timer !== undefined) {
    didSomething = true;
    callbacks.call('on_timer_callback', timer);
  }
  for (const collected of sensors.collect()) {
    const event = sensors.isWanted(collected) ? events.of(collected.label, collected.record) : undefined;
    if (event === undefined) continue;
    didSomething = true;
    callbacks.callWithBytes('on_sensor_event', [collected.id], encodeAttributes(event));
  }
  for (let count = 0; count < MAX_MAILBOX_MESSAGES; count += 1) {
    const message = messages.take();
    if (message === undefined) break;
    didSomething = true;
    callbacks.callWithBytes(message.kind === 'request' ? 'on_request' : 'on_response', [], message.bytes);
  }
  for (const { handle, bytes } of connections.collect()) {
    didSomething = true;
    if (bytes === undefined) callbacks.call('on_connection_data', handle, 0, 0);
    else callbacks.callWithBytes('on_connection_data', [handle], bytes);
  }
  return didSomething;
}

/** Takes the events that wait: the request to stop, and those of serial ports. `kanchi_event` is not for such an app. */
function isStopped({ context: { events }, connections }: FrameworkApp): boolean {
  for (let event = events.next(); event !== undefined; event = events.next()) {
    if (event.kind === eventKind.stop) return true;
    if (event.kind !== eventKind.revoked) connections.note(event.handle);
  }
  return false;
}
