import { formatSeconds, type Level } from '@kanchi/hal';
import { headerPinOfLine } from '@kanchi/hal/raspberry-pi';
import { BenchAccess } from '../bench/bench-access.ts';
import { BenchHardware, type CreateBenchBackend, createBenchBackend } from '../bench/bench-hardware.ts';
import { type BenchOptions, parseBenchOptions } from '../bench/bench-options.ts';
import { EdgeFeed } from '../bench/edge-feed.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { alignColumns } from '../live-table.ts';
import { hold } from './hold.ts';

const USAGE =
  'kanchi gpio read <label> | write <label> 0|1 [--seconds n] | watch <label> [--edges rising|falling|both] [--seconds n] | list';

/** `kanchi gpio`: one line of the board file, as an app would use it. Outputs end at their safe level. */
export async function runGpioCommand(
  parameters: readonly string[],
  io: ConsoleIo,
  createBackend: CreateBenchBackend = createBenchBackend,
): Promise<number> {
  const options = parseBenchOptions('gpio', ['seconds', 'edges'], parameters);
  const [action, label = '', level, ...more] = options.words;
  const isWrite = action === 'write';
  const isKnown = action === 'list' || action === 'read' || action === 'watch' || isWrite;
  const wordCount = action === 'list' ? 1 : isWrite ? 3 : 2;
  if (!isKnown || options.words.length !== wordCount || more.length > 0) {
    throw new CommandError('KANCHI_USAGE', USAGE);
  }
  if (isWrite && level !== '0' && level !== '1') {
    throw new CommandError('KANCHI_USAGE', `a level is 0 or 1, not "${level}"`);
  }
  if (action === 'list') {
    io.out(listText(options));
    return 0;
  }
  const hardware = new BenchHardware(() => createBackend(options.backend, options.board), io);
  const access = new BenchAccess({ ...options, hardware, command: 'kanchi gpio' });
  const session = { options, io, hardware, access, label };
  try {
    if (isWrite) await write(session, level === '1' ? 1 : 0);
    else if (action === 'watch') await watch(session);
    else read(session);
    return 0;
  } finally {
    hardware.close();
  }
}

interface Session {
  readonly options: BenchOptions;
  readonly io: ConsoleIo;
  readonly hardware: BenchHardware;
  readonly access: BenchAccess;
  readonly label: string;
}

function read({ options, io, hardware, access, label }: Session): void {
  using line = access.openLine(label, 'read');
  tell(options, io, { line: label, level: line.read(), ...hardware.mark });
}

/** The line is closed, and driven to its safe level, with the hardware. */
async function write(session: Session, level: Level): Promise<void> {
  const { options, io, hardware, access, label } = session;
  const { seconds } = options;
  const { safeLevel } = access.lineOf(label);
  const begin = () => {
    access.openLine(label, 'write', level);
    tell(options, io, { line: label, level, ...hardware.mark });
    const until = seconds === undefined ? 'until Ctrl-C' : `for ${seconds} s`;
    io.error(`kanchi: "${label}" is driven ${until}, then to its safe level ${safeLevel}\n`);
    return () => hardware.clock.runDue();
  };
  await hold(io, { seconds, begin });
}

async function watch({ options, io, hardware, access, label }: Session): Promise<void> {
  const feed = new EdgeFeed();
  let count = 0;
  let lostTotal = 0;
  const begin = () => {
    const line = access.openLine(label, 'watch');
    const { clock } = hardware;
    const startNs = clock.nowNs();
    line.watch({ edges: options.edges, sink: feed, token: 0 });
    return () => {
      clock.runDue();
      feed.drain(({ detail, timeNs, sequence }, lostCount) => {
        count += 1;
        lostTotal += lostCount;
        if (lostCount > 0) io.error(`kanchi: ${lostCount} edges were lost before the next one\n`);
        const at = timeNs - startNs;
        io.out(
          options.asJson
            ? `${JSON.stringify({ line: label, level: detail, seconds: Number(at) / 1e9, sequence, ...hardware.mark })}\n`
            : `${label} ${detail} at ${formatSeconds(at)} s\n`,
        );
      });
    };
  };
  await hold(io, { seconds: options.seconds, begin });
  io.error(`kanchi: ${count} edges${lostTotal === 0 ? '' : `, ${lostTotal} lost`}\n`);
}

function tell(
  { asJson }: BenchOptions,
  io: ConsoleIo,
  told: { readonly line: string; readonly level: Level },
): void {
  io.out(asJson ? `${JSON.stringify(told)}\n` : `${told.line} ${told.level}\n`);
}

function listText({ board, asJson }: BenchOptions): string {
  const lines = [...board.lines];
  if (asJson) {
    return lines.map(([label, wiring]) => `${JSON.stringify({ label, ...wiring })}\n`).join('');
  }
  const rows = lines.map(([label, { line, lineName, chip, direction, activeLow, safeLevel, part }]) => [
    label,
    `${chip === undefined ? withPin(line) : `${line} of ${chip}`}${lineName === undefined ? '' : `, ${lineName}`}`,
    direction,
    activeLow ? 'low' : 'high',
    direction === 'output' ? `${safeLevel}` : '-',
    part ?? '-',
  ]);
  return `${alignColumns([['label', 'line', 'direction', 'active', 'safe level', 'part'], ...rows]).join('\n')}\n`;
}

function withPin(line: number): string {
  const pin = headerPinOfLine(line);
  return pin === undefined ? `${line}` : `${line} (pin ${pin})`;
}
