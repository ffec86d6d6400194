import type { Trace, TraceEntry } from './trace.ts';

/** First printable character that may name a variable in a value change dump (IEEE 1364-2005 section 18.2.1). */
const FIRST_CODE = 33;
/** Printable characters from `!` to `~`. */
const CODE_COUNT = 94;

interface Variable {
  readonly name: string;
  readonly bits: 1 | 8 | 32;
  readonly code: string;
}

/** A trace as a value change dump (IEEE 1364-2005 section 18), readable by GTKWave and PulseView. */
export function traceToVcd(trace: Trace): string {
  const variables = new Map<string, Variable>();
  const changes: string[] = [];
  let timeNs = -1n;
  const change = (entry: TraceEntry, suffix: string, bits: 1 | 8 | 32, value: number): void => {
    const name = vcdName(suffix === '' ? entry.source : `${entry.source}_${suffix}`);
    let variable = variables.get(name);
    if (variable === undefined) {
      variable = { name, bits, code: codeOf(variables.size) };
      variables.set(name, variable);
    }
    if (entry.timeNs !== timeNs) {
      timeNs = entry.timeNs;
      changes.push(`#${timeNs}`);
    }
    changes.push(bits === 1 ? `${value}${variable.code}` : `b${(value >>> 0).toString(2)} ${variable.code}`);
  };

  for (const entry of trace.entries()) {
    switch (entry.kind) {
      case 'edge':
        change(entry, '', 1, entry.a);
        break;
      case 'i2c-start':
        change(entry, 'busy', 1, 1);
        // The byte on the wire: the address in the upper seven bits, read in the lowest (UM10204 section 3.1.10).
        change(entry, 'byte', 8, (entry.a << 1) | (entry.b & 1));
        change(entry, 'ack', 1, (entry.b >> 1) & 1);
        break;
      case 'i2c-write':
      case 'i2c-read':
        change(entry, 'byte', 8, entry.a);
        change(entry, 'ack', 1, entry.b & 1);
        break;
      case 'i2c-stop':
        change(entry, 'busy', 1, 0);
        break;
      case 'spi-select':
        change(entry, 'select', 1, 0);
        break;
      case 'spi-exchange':
        change(entry, 'mosi', 8, entry.a);
        change(entry, 'miso', 8, entry.b);
        break;
      case 'spi-deselect':
        change(entry, 'select', 1, 1);
        break;
      case 'uart-transmit':
        change(entry, 'tx', 8, entry.a);
        break;
      case 'uart-receive':
      case 'uart-fault':
        change(entry, 'rx', 8, entry.a);
        break;
      case 'mmio-read':
      case 'mmio-write':
        change(entry, `${entry.kind.slice(5)}_0x${(entry.a >>> 6).toString(16)}`, 32, entry.b);
        break;
      case 'pwm-set':
        change(entry, 'period_ns', 32, entry.a);
        change(entry, 'duty_ns', 32, entry.b);
        break;
      case 'pwm-switch':
        change(entry, 'enabled', 1, entry.a);
        break;
      case 'uart-disconnect':
      case 'error':
      case 'fault':
        break;
      default: {
        const unknown: never = entry.kind;
        return unknown;
      }
    }
  }
  const header = ['$timescale 1 ns $end', '$scope module board $end'];
  for (const { bits, code, name } of variables.values())
    header.push(`$var wire ${bits} ${code} ${name} $end`);
  header.push('$upscope $end', '$enddefinitions $end');
  return `${[...header, ...changes].join('\n')}\n`;
}

/** Names may hold no white space; viewers take `/` and `.` for levels, so they are replaced too. */
function vcdName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/gu, '_');
}

function codeOf(index: number): string {
  let code = '';
  for (let rest = index; ; rest = Math.floor(rest / CODE_COUNT) - 1) {
    code = String.fromCharCode(FIRST_CODE + (rest % CODE_COUNT)) + code;
    if (rest < CODE_COUNT) return code;
  }
}
