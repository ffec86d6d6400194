import { NS_PER_MS } from '@kanchi/hal';
import { VirtualClock } from '@kanchi/hal/mock';
import {
  type AppExit,
  type AppListener,
  type AppPackage,
  auditedListener,
  type Board,
  effectiveGrants,
  type LogEntry,
  type RestartDecision,
  recordEnd,
  recordFailure,
  recordStart,
  runtimeErrorTable,
} from '@kanchi/runtime';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { NO_MANIFEST, type ReadApp } from '../app-files.ts';
import { openAudit, recordRevoked } from '../audit/open-audit.ts';
import { backendText } from '../backend.ts';
import { createBoardHub } from '../board-hub.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { limitLines } from '../limit-report.ts';
import { LiveLine } from '../live-line.ts';
import { createMockHardware } from '../mock-hardware.ts';
import { oneLine, stackText } from '../one-line.ts';
import type { RecordingOutcome } from '../record-session.ts';
import { sensorEventText } from '../sensor-event-text.ts';
import { shown } from '../shown-path.ts';
import { readAudited } from './read-audited.ts';
import { restartLine } from './restart-line.ts';
import { createInlineHardware, type InlineHardware, runInline } from './run-inline.ts';
import { parseRunOptions, type RunOptions } from './run-options.ts';
import type { RunResult } from './run-result.ts';
import { runInWorker } from './run-worker.ts';

const SECONDS_DECIMALS = 3;

/** `kanchi run`: one app. Returns the exit code; throws for what keeps it from starting. */
export async function runRunCommand(parameters: readonly string[], io: ConsoleIo): Promise<number> {
  const options = parseRunOptions(parameters);
  const app = withArguments(readAudited(options, io), options.appArguments);
  // What is wrong with the files is told before anything is said about a run.
  const { ignoredEntries } = effectiveGrants(app.manifest, app.board, app.policy);
  for (const line of ignoredEntries) io.error(`kanchi: ${line}\n`);
  if (options.backend === 'mock' && options.replay === undefined) checkHardware(app.board);
  const inline = options.execution === 'inline' ? createInlineHardware(options, app.board) : undefined;
  const live = new LiveLine(io);
  // Log lines carry the time since the start; real time is the process's monotonic clock.
  const startNs = inline?.clock.nowNs() ?? process.hrtime.bigint();
  const audit = openAudit(options.audit, io);
  const listener = auditedListener(consoleListener(io, live, startNs), app.manifest.name, audit);
  const onSensorEvent = (event: TimelineEvent): void =>
    live.print(() => io.error(`kanchi: [${secondsText(event.atNs, startNs)}] ${sensorEventText(event)}\n`));
  const tellLine = (line: string): void => {
    const nowNs = inline === undefined ? process.hrtime.bigint() : startNs;
    live.print(() => io.error(`kanchi: [${secondsText(nowNs, startNs)}] ${line}\n`));
  };
  const onEnd = (exit: AppExit, decision: RestartDecision): void => {
    if (decision.restart) recordEnd(app.manifest.name, exit, audit);
    const line = restartLine(exit, decision);
    if (line !== undefined) {
      live.print(() =>
        io.error(`kanchi: [${secondsText(process.hrtime.bigint(), startNs)}] ${oneLine(line)}\n`),
      );
    }
  };
  if (!options.quiet) {
    io.out(banner(app, options, inline));
  }
  recordStart(app, backendName(options), audit);
  let restarts = 0;
  let result: RunResult;
  try {
    result =
      inline !== undefined
        ? await runInline({ app, options, hardware: inline, listener, io, onSensorEvent, tellLine })
        : await runInWorker({
            app,
            options,
            listener,
            live,
            io,
            onSensorEvent,
            tellLine,
            onEnd,
            onRestart: () => {
              restarts += 1;
              recordStart(app, backendName(options), audit);
            },
            onRevoked: (name, targets, by) => recordRevoked(name, targets, by, audit),
          });
    recordEnd(app.manifest.name, result.exit, audit);
  } catch (error) {
    recordFailure(app.manifest.name, error, audit);
    throw error;
  } finally {
    audit.end();
  }
  if (!options.quiet) {
    live.end();
  }
  reportExit(app, result, io, restarts, { quiet: options.quiet, debug: parameters.includes('--debug') });
  if (options.record !== undefined)
    reportRecording(options.record, result.recorded, options.quiet ? undefined : io);
  return exitCodeOf(result.exit);
}

/** For the audit log. */
function backendName({ backend, replay }: RunOptions): string {
  return replay === undefined ? backend : 'replay';
}

/** Builds everything that the board file describes, and lets it go again. */
function checkHardware(board: Board): void {
  const clock = new VirtualClock();
  const hardware = createMockHardware(board, clock);
  createBoardHub(board, hardware, clock, new SimulatedKernelFiles()).closeAll();
  hardware.close();
}

/** Throws CommandError KANCHI_RECORDING for an incomplete one. */
function reportRecording(
  path: string,
  recorded: RecordingOutcome | undefined,
  io: ConsoleIo | undefined,
): void {
  const fault = recorded === undefined ? 'the thread that owns the hardware did not end it' : recorded.fault;
  if (fault !== undefined) throw new CommandError('KANCHI_RECORDING', `${shown(path)}: ${fault}`);
  io?.out(`kanchi: ${recorded?.entryCount ?? 0} calls and events recorded in ${shown(path)}\n`);
}

/** The app's own exit code; an app that gave 0 but was refused something did not do all that it was meant to. */
function exitCodeOf({ exitCode, counters }: AppExit): number {
  return exitCode === 0 && counters.denials > 0 ? runtimeErrorTable.KANCHI_DENIED.exitCode : exitCode;
}

function withArguments(app: ReadApp, appArguments: readonly string[]): ReadApp {
  const manifest = { ...app.manifest, arguments: [...app.manifest.arguments, ...appArguments] };
  return { ...app, manifest };
}

function banner(app: ReadApp, options: RunOptions, inline: InlineHardware | undefined): string {
  const { manifest, board } = app;
  const parts = [
    ...[...board.i2cDevices].map(
      ([label, { bus, address, part }]) =>
        `${label}: ${part ?? 'nothing'} on I2C bus ${bus} at 0x${address.toString(16)}`,
    ),
    ...[...board.spiDevices].map(
      ([label, { bus, chipSelect, part }]) => `${label}: ${part ?? 'nothing'} on SPI ${bus}.${chipSelect}`,
    ),
    ...[...board.uartPorts].map(([label, { port, part }]) => `${label}: ${part ?? 'nothing'} on ${port}`),
    ...[...board.mmioWindows].map(
      ([label, { device, part }]) => `${label}: ${part ?? 'nothing'} at ${device}`,
    ),
    ...[...board.pwmChannels].map(
      ([label, { chip, channel }]) => `${label}: PWM channel ${channel} of ${chip ?? 'the header'}`,
    ),
    ...[...board.lines].map(
      ([label, { line, lineName = `GPIO${line}`, part }]) => `${label}: ${part ?? 'line'} on ${lineName}`,
    ),
    ...[...board.sensors].map(
      ([label, { driver, device }]) =>
        `${label}: read by the host, ${driver}${device === undefined ? '' : ` at ${device}`}`,
    ),
  ];
  const time = inline === undefined ? 'real time' : 'virtual time';
  const hardware = inline?.description ?? backendText(options.backend);
  return (
    `kanchi: ${manifest.name} ${manifest.version} on ${hardware}, ${time}\n` +
    (app.manifestName === NO_MANIFEST ? '  no manifest: it may only write to its output and log\n' : '') +
    (app.signature === undefined ? '' : `  package: ${app.signature}\n`) +
    (app.policy === undefined ? '' : `  never more than the policy allows: ${app.policy.source}\n`) +
    parts.map((part) => `  ${part}\n`).join('')
  );
}

/** Prints what the app prints: its standard output as it is (to a terminal as text), its log and refusals as lines of their own. */
function consoleListener(io: ConsoleIo, live: LiveLine, startNs: bigint): AppListener {
  return {
    log: (entry) => live.print(() => io.out(logLine(entry, startNs))),
    standardOutput: (bytes) => live.print(() => io.outBytes(bytes), endsLine(bytes)),
    standardError: (bytes) => live.print(() => io.errorBytes(bytes), endsLine(bytes)),
    denial: (text) => live.print(() => io.error(`kanchi: KANCHI_DENIED: ${text}\n`)),
    afterWritten: (action) => io.afterWritten(action),
  };
}

const LINE_FEED = 0x0a;

function endsLine(bytes: Uint8Array): boolean {
  return bytes.at(-1) === LINE_FEED;
}

function logLine({ timeNs, level, text }: LogEntry, startNs: bigint): string {
  return `[${secondsText(timeNs, startNs)} ${level}] ${text}\n`;
}

function secondsText(timeNs: bigint, startNs: bigint): string {
  return (Number((timeNs - startNs) / NS_PER_MS) / 1000).toFixed(SECONDS_DECIMALS);
}

function reportExit(
  app: AppPackage,
  { exit, levels }: RunResult,
  io: ConsoleIo,
  restarts: number,
  { quiet, debug }: { quiet: boolean; debug: boolean },
): void {
  if (exit.message !== undefined) {
    const more =
      exit.reason === 'trapped' && !debug
        ? '; outputs are at their safe levels; --debug shows where it broke'
        : '';
    // What a guest can put into the text, such as the name of an import, must not make a second line of it.
    const text = oneLine(exit.message);
    io.error(`kanchi: ${exit.code ?? 'KANCHI_INTERNAL'}: ${text}${more}\n`);
  }
  if (debug && exit.stack !== undefined) {
    io.error(`${stackText(exit.stack)}\n`);
  }
  if (quiet) {
    return;
  }
  const { counters } = exit;
  const { failures } = counters;
  const notes = [
    exit.reason === 'completed' && exit.exitCode !== 0 ? `exit code ${exit.exitCode}` : undefined,
    restarts > 0 ? `started again ${restarts} time${restarts === 1 ? '' : 's'}` : undefined,
    counters.denials > 0 ? count(counters.denials, 'call', 'denied') : undefined,
    failures > 0 ? count(failures, 'call', 'failed') : undefined,
  ].filter((note) => note !== undefined);
  const outputs = [...app.board.lines]
    .filter(([label, line]) => line.direction === 'output' && levels[label] !== undefined)
    .map(([label, line]) => `${label} is ${levels[label]} (safe level ${line.safeLevel})`);
  io.out(
    `kanchi: ${app.manifest.name} ${exit.reason}${[...notes, ...outputs].map((note) => `, ${note}`).join('')}\n`,
  );
  for (const line of limitLines(app, counters)) {
    io.out(`kanchi: ${line}\n`);
  }
}

function count(number: number, what: string, happened: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'} ${happened}`;
}
