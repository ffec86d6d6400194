import type { AppExit } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import { metLimits } from '../app/limits.ts';
import { RuntimeError, runtimeErrorTable } from '../error.ts';
import type { AppListener } from '../isolation/execution.ts';
import type { AuditSink } from './audit-entry.ts';

/** A listener that also notes refusals, the first by each rule. */
export function auditedListener(listener: AppListener, app: string, sink: AuditSink): AppListener {
  const { afterWritten } = listener;
  return {
    ...(afterWritten === undefined ? {} : { afterWritten }),
    log: (entry) => listener.log(entry),
    standardOutput: (bytes) => listener.standardOutput(bytes),
    standardError: (bytes) => listener.standardError(bytes),
    denial: (text) => {
      sink.record({ kind: 'denied', app, text });
      listener.denial(text);
    },
  };
}

export function recordStart({ manifest, board }: AppPackage, backend: string, sink: AuditSink): void {
  const { name, version } = manifest;
  sink.record({ kind: 'app-started', app: name, version, board: board.name, backend });
}

/** Notes how often each rule refused, the limits that the app ran into, and how it ended. */
export function recordEnd(app: string, exit: AppExit, sink: AuditSink): void {
  const { counters } = exit;
  for (const { text, count } of exit.refusals ?? []) {
    sink.record({ kind: 'denied-count', app, text, count });
  }
  for (const { name, count, hit } of metLimits(counters)) {
    sink.record({ kind: 'limit-hit', app, limit: `limits.${name}`, count, text: hit });
  }
  if (counters.logBytesDropped > 0) {
    const count = counters.logBytesDropped;
    sink.record({
      kind: 'limit-hit',
      app,
      limit: 'log.maxBytesPerSecond',
      count,
      text: 'bytes of output dropped',
    });
  }
  sink.record({
    kind: 'app-ended',
    app,
    reason: exit.reason,
    exitCode: exit.exitCode,
    code: exit.code,
    text: exit.message,
    denials: counters.denials,
  });
}

/** Notes that a run came to nothing: its files were refused, or its hardware could not be had or was lost. */
export function recordFailure(app: string, error: unknown, sink: AuditSink): void {
  const code = error instanceof RuntimeError ? error.code : undefined;
  const exitCode = code === undefined ? 1 : runtimeErrorTable[code].exitCode;
  const text = error instanceof Error ? error.message : String(error);
  if (code === 'KANCHI_MODULE_TOO_LARGE') {
    sink.record({ kind: 'limit-hit', app, limit: 'limits.moduleBytes', count: 1, text: 'module refused' });
  }
  sink.record({ kind: 'app-ended', app, reason: 'failed', exitCode, code, text, denials: 0 });
}
