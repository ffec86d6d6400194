import { recordFailure } from '@kanchi/runtime';
import { type ReadApp, readApp } from '../app-files.ts';
import { openAudit } from '../audit/open-audit.ts';
import type { ConsoleIo } from '../console-io.ts';
import { lineNamesOf, replayedLineNames } from '../line-names.ts';
import { shown } from '../shown-path.ts';
import type { RunOptions } from './run-options.ts';

/**
 * Reads the app. What is refused before it runs is for the audit log too: a module that is too large, a signature that is missing.
 * Throws as `readApp` does.
 */
export function readAudited(options: RunOptions, io: ConsoleIo): ReadApp {
  const lineNames =
    options.replay === undefined ? lineNamesOf(options.backend) : replayedLineNames(options.replay);
  try {
    return readApp(options, lineNames);
  } catch (error) {
    const audit = openAudit(options.audit, io);
    recordFailure(options.app ?? shown(options.target ?? '.'), error, audit);
    audit.end();
    throw error;
  }
}
