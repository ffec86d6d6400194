import { VirtualClock } from '@kanchi/hal/mock';
import {
  type AppPackage,
  type Board,
  checkPermissions,
  diffPermissions,
  type Manifest,
  type PermissionFinding,
} from '@kanchi/runtime';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { type AppFiles, readApp } from '../app-files.ts';
import { createBoardHub } from '../board-hub.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { createMockHardware } from '../mock-hardware.ts';
import { oneLine } from '../one-line.ts';
import { simulatedLineNames } from '../simulated-line-names.ts';
import { withPermissions } from './learn-command.ts';
import { learnOnMock } from './mock-run.ts';

/**
 * `kanchi permissions check`: 0 when the manifest fits the board, whatever else there is to say.
 * Throws CommandError KANCHI_PERMISSIONS when it does not.
 */
export async function checkCommand(files: AppFiles, seconds: number, io: ConsoleIo): Promise<number> {
  const app = readApp(files, simulatedLineNames);
  const channels = channelsOf(app.board);
  const findings = checkPermissions(app.manifest, app.board);
  const problems = [
    ...findings.filter(({ severity }) => severity === 'problem'),
    ...unknownChannels(app.manifest, channels),
  ];
  for (const { place, text } of problems) io.out(`problem: ${place}: ${text}\n`);
  for (const { severity, place, text } of findings) {
    if (severity !== 'problem')
      io.out(`${severity === 'danger' ? 'look twice' : 'note'}: ${place}: ${text}\n`);
  }
  if (problems.length > 0) {
    throw new CommandError(
      'KANCHI_PERMISSIONS',
      `the manifest of "${app.manifest.name}" does not fit ${app.board.source}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
    );
  }
  await compareWithRun(app, channels, seconds, io);
  return 0;
}

/** What the manifest gives and the app does not need, and the reverse, by a run on mock hardware. */
async function compareWithRun(
  app: AppPackage,
  channels: ReturnType<typeof channelsOf>,
  seconds: number,
  io: ConsoleIo,
): Promise<void> {
  const learned = await learnOnMock(app, seconds);
  const { exit } = learned;
  if (exit.reason !== 'completed' && exit.reason !== 'stopped') {
    io.out(
      `note: the app ${exit.reason} on mock hardware, so that less is known of it: ${oneLine(exit.message ?? '')}\n`,
    );
  }
  const differences = diffPermissions(
    withChannels(app.manifest, channels),
    withPermissions(app.manifest, learned),
  );
  // A larger number than needed is no permission that was not used.
  const unused = differences.filter(({ change, otherwise }) => change === 'lost' && otherwise === undefined);
  const missing = differences.filter(({ change }) => change === 'gained');
  const when = `in ${seconds} s on mock hardware`;
  for (const { what } of unused) io.out(`not used ${when}: ${what}\n`);
  for (const { what, otherwise } of missing) {
    io.out(
      `asked for ${when} and not granted: ${what}${otherwise === undefined ? '' : ` (granted: ${otherwise})`}\n`,
    );
  }
  const { name } = app.manifest;
  io.out(
    unused.length === 0 && missing.length === 0
      ? `kanchi: the manifest of "${name}" fits ${app.board.source}, and the app uses all of it ${when}\n`
      : `kanchi: the manifest of "${name}" fits ${app.board.source}; kanchi permissions learn prints the least one for what the app does\n`,
  );
}

/** Channels that the drivers of the board's sensors have, by label. */
function channelsOf(board: Board): ReadonlyMap<string, readonly string[]> {
  const clock = new VirtualClock();
  const hardware = createMockHardware(board, clock);
  const hub = createBoardHub(board, hardware, clock, new SimulatedKernelFiles());
  try {
    return new Map(
      [...board.sensors.keys()].map((label) => [label, hub.describe(label).channels.map(({ name }) => name)]),
    );
  } finally {
    hub.closeAll();
    hardware.close();
  }
}

/** Channels that a manifest names and the driver does not have. */
function unknownChannels(
  { permissions }: Manifest,
  channels: ReturnType<typeof channelsOf>,
): PermissionFinding[] {
  return permissions.flatMap((entry, index) => {
    const known = entry.kind === 'sensor' ? channels.get(entry.sensor) : undefined;
    if (entry.kind !== 'sensor' || known === undefined) return [];
    return (entry.channels ?? [])
      .filter((channel) => !known.includes(channel))
      .map((channel) => ({
        severity: 'problem' as const,
        place: `permissions[${index}]`,
        text: `it names channel "${channel}", and sensor "${entry.sensor}" has ${known.join(', ')}`,
      }));
  });
}

/** With the channels that a sensor has in place of all, so that who uses all of them has used what it may. */
function withChannels(manifest: Manifest, channels: ReturnType<typeof channelsOf>): Manifest {
  return {
    ...manifest,
    permissions: manifest.permissions.map((entry) => {
      const known = entry.kind === 'sensor' ? channels.get(entry.sensor) : undefined;
      return entry.kind === 'sensor' && known !== undefined
        ? { ...entry, channels: [...(entry.channels ?? known)] }
        : entry;
    }),
  };
}
