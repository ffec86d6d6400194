import {
  type AppListener,
  auditedListener,
  effectiveGrants,
  recordEnd,
  recordFailure,
  recordStart,
} from '@kanchi/runtime';
import { openAudit, recordRevoked } from '../audit/open-audit.ts';
import { createAppExecutor } from '../broker/app-executor.ts';
import type { BrokerThreadState } from '../broker/broker-thread-message.ts';
import { HardwareThreads } from '../broker/hardware-threads.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { guardOutputs } from '../guard/guard-outputs.ts';
import { limitLines } from '../limit-report.ts';
import { alignColumns, LiveTable } from '../live-table.ts';
import { oneLine } from '../one-line.ts';
import { durationText, rateText } from '../reading-text.ts';
import { sensorEventText } from '../sensor-event-text.ts';
import { policyReload, watchPolicy } from './policy-watch.ts';
import { readAudited } from './read-audited.ts';
import { parseRunOptions, type RunOptions } from './run-options.ts';
import { stopOnSignals } from './stop-signals.ts';

const UPDATE_INTERVAL_MS = 1000;

/** `kanchi top`: runs the app and shows once a second what each sensor and each subscription does. */
export async function runTopCommand(parameters: readonly string[], io: ConsoleIo): Promise<number> {
  const options = parseRunOptions(parameters);
  const foreign = optionOfRun(options);
  if (foreign !== undefined) throw new CommandError('KANCHI_USAGE', `${foreign} is an option of kanchi run`);
  const app = readAudited(options, io);
  effectiveGrants(app.manifest, app.board, app.policy);
  const audit = openAudit(options.audit, io);
  const table = new LiveTable(io);
  const aside = (text: string): void => {
    table.leave();
    io.error(text);
  };
  const guard = options.guard
    ? await guardOutputs(options.backend, app.board, (line) => aside(`kanchi: ${oneLine(line)}\n`))
    : undefined;
  const hardware = new HardwareThreads(
    options.backend,
    app.board,
    { sensorEvent: (event) => aside(`kanchi: ${sensorEventText(event)}\n`) },
    guard,
  );
  try {
    await Promise.all([hardware.ready(), guard?.ready]);
    const executor = createAppExecutor(hardware, (line) => aside(`kanchi: ${line}\n`));
    // The table is what is asked for; what the app prints is for `kanchi run`.
    const listener: AppListener = {
      log: () => {},
      standardOutput: () => {},
      standardError: () => {},
      denial: (text) => aside(`kanchi: KANCHI_DENIED: ${text}\n`),
    };
    recordStart(app, options.backend, audit);
    const execution = executor.start(app, auditedListener(listener, app.manifest.name, audit));
    let before = await hardware.state();
    let beforeMs = performance.now();
    const show = async (): Promise<void> => {
      const state = await hardware.state();
      const nowMs = performance.now();
      const seconds = (nowMs - beforeMs) / 1000;
      const limits = limitLines(app, execution.counters.snapshot());
      table.update([...topLines(before, state, seconds), ...(limits.length > 0 ? ['', ...limits] : [])]);
      before = state;
      beforeMs = nowMs;
    };
    // A thread that died rejects here and is told by `exited` or `stop`.
    const timer = setInterval(() => void show().catch(() => {}), UPDATE_INTERVAL_MS);
    const end =
      options.seconds === undefined
        ? undefined
        : setTimeout(() => execution.requestStop(), options.seconds * 1000);
    const policyWatch =
      app.policy === undefined
        ? undefined
        : watchPolicy({
            file: options.policy,
            apps: () => [execution],
            tell: (line) => aside(`kanchi: ${oneLine(line)}\n`),
            onRevoked: (name, targets, by) => recordRevoked(name, targets, by, audit),
          });
    const forget = [
      stopOnSignals(execution, policyReload(policyWatch, io)),
      () => policyWatch?.close(),
      io.onOutputLost(() => execution.requestStop()),
    ];
    const exit = await execution.exited;
    clearInterval(timer);
    clearTimeout(end);
    for (const action of forget) action();
    recordEnd(app.manifest.name, exit, audit);
    if (exit.message !== undefined) aside(`kanchi: ${exit.code ?? 'KANCHI_INTERNAL'}: ${exit.message}\n`);
    return exit.exitCode;
  } catch (error) {
    recordFailure(app.manifest.name, error, audit);
    throw error;
  } finally {
    audit.end();
    try {
      await hardware.stop();
    } finally {
      guard?.end();
    }
  }
}

/** An option that was given and means nothing here. */
function optionOfRun({ record, replay, trace, restart, execution }: RunOptions): string | undefined {
  if (record !== undefined) return '--record';
  if (replay !== undefined) return '--replay';
  if (trace !== undefined) return '--trace';
  if (restart !== 'never') return '--restart';
  return execution === 'inline' ? '--execution inline' : undefined;
}

/** Two tables: sensors, then subscriptions. Rates are those of the `seconds` between the two states. */
export function topLines(before: BrokerThreadState, now: BrokerThreadState, seconds: number): string[] {
  const sensors = now.sensors.map((state) => {
    const earlier = before.sensors.find(({ sensor }) => sensor === state.sensor)?.counters;
    const { counters } = state;
    const busTimeNs = counters.busTimeNs - (earlier?.busTimeNs ?? 0n);
    return [
      state.sensor,
      state.failure === undefined ? 'ok' : state.failure.reason,
      perSecond(counters.readCount - (earlier?.readCount ?? 0), seconds),
      perSecond(counters.deliveryCount - (earlier?.deliveryCount ?? 0), seconds),
      durationText(counters.medianLatenessNs),
      durationText(counters.p99LatenessNs),
      durationText(counters.maximumLatenessNs),
      `${counters.missedCount}`,
      `${state.droppedCount}`,
      `${counters.failedReadCount}`,
      `${((Number(busTimeNs) / 1e9 / seconds) * 100).toFixed(2)} %`,
    ];
  });
  const clients = now.clients.map((state) => {
    const earlier = before.clients.find(({ client }) => client === state.client)?.counters;
    const { counters, contract } = state;
    return [
      appOf(state.client),
      state.sensor,
      rateText(contract.intervalNs),
      perSecond(counters.deliveryCount - (earlier?.deliveryCount ?? 0), seconds),
      durationText(counters.medianLatenessNs),
      durationText(counters.p99LatenessNs),
      durationText(counters.maximumLatenessNs),
      `${counters.missedCount}`,
      `${state.droppedCount}`,
      `${state.waitingCount}`,
    ];
  });
  return [
    ...alignColumns([
      [
        'sensor',
        'state',
        'reads/s',
        'given/s',
        'late by',
        '99 %',
        'most',
        'missed',
        'dropped',
        'failed',
        'bus time',
      ],
      ...sensors,
    ]),
    '',
    ...alignColumns([
      ['app', 'sensor', 'granted', 'given/s', 'late by', '99 %', 'most', 'missed', 'dropped', 'waiting'],
      ...clients,
    ]),
  ];
}

function perSecond(count: number, seconds: number): string {
  return (count / seconds).toFixed(1);
}

/** A client is `<app>#<number of the run>/<subscription>`. */
function appOf(client: string): string {
  return client.replace(/#\d+\/\d+$/u, '');
}
