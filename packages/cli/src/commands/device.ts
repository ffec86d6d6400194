import { createRemoteChannel, RemoteHal } from '@kanchi/hal/remote';
import {
  type AppExit,
  type AppListener,
  type AppPackage,
  type AuditSink,
  auditedListener,
  type Board,
  type Policy,
  recordEnd,
  recordFailure,
  recordStart,
} from '@kanchi/runtime';
import { FaultLines } from '@kanchi/sensor-framework/connections';
import { RemoteHostRouter } from '@kanchi/sensor-framework/placement';
import { HostProtocol, serveHostLink } from '@kanchi/sensor-framework/wamr';
import { readBoard } from '../app-files.ts';
import { openAudit, recordRevoked } from '../audit/open-audit.ts';
import { type BackendName, backendText, chooseBackend } from '../backend.ts';
import { createAppExecutor } from '../broker/app-executor.ts';
import { createAppExtension, HOST_CLIENT, MESSAGE_PAYLOAD_BYTES } from '../broker/app-extension.ts';
import { askOf } from '../broker/ask-of.ts';
import { HardwareThreads } from '../broker/hardware-threads.ts';
import type { ConsoleIo } from '../console-io.ts';
import { AppletDevice } from '../device/applet-device.ts';
import { manifestForApplet } from '../device/applet-manifests.ts';
import { CommandError } from '../error.ts';
import { guardOutputs } from '../guard/guard-outputs.ts';
import { lineNamesOf } from '../line-names.ts';
import { oneLine } from '../one-line.ts';
import { gainedPermissions } from '../package/consent.ts';
import { parseParameters } from '../parameters.ts';
import { readPolicy } from '../policy-file.ts';
import { PrintableOutput } from '../printable-output.ts';
import { sensorEventText } from '../sensor-event-text.ts';
import { policyReload, watchPolicy } from './policy-watch.ts';
import { untilSignal } from './stop-signals.ts';

interface DeviceOptions {
  readonly backend: BackendName;
  readonly board: Board;
  readonly port: number;
  readonly address: string;
  readonly manifests: string | undefined;
  /** As it was named; undefined for the one of the machine. */
  readonly policyFile: string | undefined;
  readonly policy: Policy | undefined;
  readonly auditFile: string | undefined;
}

const DEFAULT_PORT = 8888;
const MAX_PORT = 65_535;

/** `kanchi device`: a board on which hosts install, query and remove apps by the protocol of WAMR's app manager. */
export async function runDeviceCommand(parameters: readonly string[], io: ConsoleIo): Promise<number> {
  const { backend, board, port, address, manifests, policyFile, policy, auditFile } =
    parseOptions(parameters);
  let policyNow = policy;
  let link: Awaited<ReturnType<typeof serveHostLink>> | undefined;
  let protocol: HostProtocol | undefined;
  const audit = openAudit(auditFile, io);
  const nowMs = (): number => performance.now();
  const write = (line: string): void => io.error(`kanchi: ${oneLine(line)}\n`);
  const lostMessages = new FaultLines({ subject: 'messages', about: 'lost ones' }, nowMs, write);
  const hostFaults = new FaultLines({ subject: 'host link', about: 'its hosts' }, nowMs, write);
  const tellHostFault = (line: string): void => hostFaults.tell(`host link: ${line}`);
  const guard = await guardOutputs(backend, board, write);
  const hardware = new HardwareThreads(
    backend,
    board,
    {
      sensorEvent: (event) => io.error(`kanchi: ${sensorEventText(event)}\n`),
      hostMessage: () => protocol?.deliverWaiting(),
      messagesLost: (line) => lostMessages.tell(line),
    },
    guard,
  );
  try {
    await Promise.all([hardware.ready(), guard?.ready]);
    const device = new AppletDevice({
      board,
      policy: () => policyNow,
      executor: createAppExecutor(hardware, (line) => io.error(`kanchi: ${line}\n`)),
      manifestFor: (name) => manifestForApplet(manifests, name),
      listenerFor: (name) => auditedListener(listener(io, name), name, audit),
      onStart: (app) => {
        recordApplet(app, `${address} port ${link?.port ?? port}`, audit);
        recordStart(app, backend, audit);
      },
      onRefused: (name, error) => recordFailure(name, error, audit),
      onExit: (name, exit, asked) => {
        recordEnd(name, exit, audit);
        io.out(exitLine(name, exit, asked));
        if (!asked) protocol?.tellAppletsChanged();
      },
    });
    protocol = new HostProtocol({ router: connectRouter(hardware), port: device, tell: tellHostFault });
    link = await serveHostLink({ protocol, port, address, tell: tellHostFault });
    io.out(
      `kanchi: ${board.name} on ${backendText(backend)}, takes apps on ${address} port ${link.port}\n` +
        `kanchi: whoever reaches that port can install apps; what they may do is in ${manifests ?? 'no manifest: they may only print'}\n` +
        (policy === undefined ? '' : `kanchi: never more than the policy allows, ${policy.source}\n`),
    );
    const policyWatch =
      policy === undefined
        ? undefined
        : watchPolicy({
            file: policyFile,
            apps: () => device.executions,
            tell: write,
            onPolicy: (read) => {
              policyNow = read;
            },
            onRevoked: (name, targets, by) => recordRevoked(name, targets, by, audit),
          });
    await untilSignal(io, undefined, policyReload(policyWatch, io));
    policyWatch?.close();
    await link.close();
    const { skippedBytes } = link.counters;
    const { invalidFrames } = protocol.counters;
    if (skippedBytes + invalidFrames > 0) {
      write(
        `host link: hosts sent ${skippedBytes} bytes that were no frame and ${invalidFrames} frames that were no request`,
      );
    }
    await device.stop();
    lostMessages.flush();
    hostFaults.flush();
    return 0;
  } finally {
    audit.end();
    try {
      await hardware.stop();
    } finally {
      guard?.end();
    }
  }
}

/** The host's side of the router, which is in the thread of the main broker. */
function connectRouter(hardware: HardwareThreads): RemoteHostRouter {
  const main = hardware.brokers[0];
  if (main === undefined) throw new TypeError('a board has a main broker');
  const channel = createRemoteChannel({
    doorbell: main.broker.doorbell,
    payloadBytes: MESSAGE_PAYLOAD_BYTES,
  });
  main.broker.attach(HOST_CLIENT, channel, createAppExtension());
  const hal = new RemoteHal(channel, HOST_CLIENT);
  return new RemoteHostRouter(askOf((request) => hal.callService(request), 'host'));
}

function parseOptions(parameters: readonly string[]): DeviceOptions {
  const { values, positionals } = parseParameters('device', parameters, {
    port: 'string',
    listen: 'string',
    manifests: 'string',
    policy: 'string',
    audit: 'string',
    backend: 'string',
  });
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new CommandError('KANCHI_USAGE', `--port is 0 (any free one) to ${MAX_PORT}, not "${values.port}"`);
  }
  if (positionals.length > 1) {
    throw new CommandError('KANCHI_USAGE', `one board at a time, "${positionals[1]}" is too many`);
  }
  const backend = chooseBackend(values.backend);
  return {
    backend,
    board: readBoard(positionals[0] ?? '.', lineNamesOf(backend)),
    port,
    address: values.listen ?? '127.0.0.1',
    manifests: values.manifests,
    auditFile: values.audit,
    policyFile: values.policy,
    policy: readPolicy(values.policy),
  };
}

/** A line without an end is printed as one after so many characters. */
const MAX_LINE_LENGTH = 4096;

/** Every line of an app with its name before it. */
function listener(io: ConsoleIo, name: string): AppListener {
  const output = new PrintableOutput();
  let partial = '';
  const print = (bytes: Uint8Array): void => {
    const lines = (partial + output.push(bytes)).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) io.out(`${name}: ${line}\n`);
    // An app that never ends its line does not get all memory for it.
    for (; partial.length > MAX_LINE_LENGTH; partial = partial.slice(MAX_LINE_LENGTH)) {
      io.out(`${name}: ${partial.slice(0, MAX_LINE_LENGTH)}\n`);
    }
  };
  return {
    log: ({ level, text }) => io.out(`${name}: [${level}] ${text}\n`),
    standardOutput: print,
    standardError: print,
    denial: (text) => io.error(`kanchi: KANCHI_DENIED: ${text}\n`),
    afterWritten: (action) => io.afterWritten(action),
  };
}

/** What came over the link has no signature, and nobody keeps what was there before. */
function recordApplet({ manifest }: AppPackage, source: string, audit: AuditSink): void {
  const { name: app, version } = manifest;
  audit.record({
    kind: 'installed',
    app,
    version,
    previousVersion: undefined,
    source,
    signer: undefined,
    gained: gainedPermissions(undefined, manifest),
  });
}

function exitLine(name: string, { reason, message }: AppExit, asked: boolean): string {
  const why = message === undefined ? '' : `: ${oneLine(message)}`;
  return `kanchi: ${name} ${asked ? 'uninstalled' : `ended by itself, ${reason}`}${why}\n`;
}
