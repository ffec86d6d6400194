import { formatSeconds } from '../units.ts';
import type { Trace, TraceEntry } from './trace.ts';

const uartFaultNames = ['', 'parity', 'framing', 'noise'] as const;

/** The canonical text of a trace; the header names the dropped entries, so that a cut trace never passes for a whole. */
export function traceToText(trace: Trace): string {
  const lines = trace.entries().map((entry) => {
    const text = entryText(entry, trace);
    return `${formatSeconds(entry.timeNs)} ${entry.source} ${text}`;
  });
  if (trace.droppedCount > 0) lines.unshift(`# ${trace.droppedCount} older entries were dropped`);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function entryText({ kind, a, b }: TraceEntry, trace: Trace): string {
  switch (kind) {
    case 'edge':
      return a === 1 ? 'rise' : 'fall';
    case 'i2c-start':
      return `${(b & 4) === 0 ? 'start' : 'restart'} ${hex(a, 2)} ${(b & 1) === 0 ? 'write' : 'read'} ${
        (b & 2) === 0 ? 'nack' : 'ack'
      }`;
    case 'i2c-write':
    case 'i2c-read':
      return `${kind.slice(4)} ${hex(a, 2)} ${b === 1 ? 'ack' : 'nack'}`;
    case 'i2c-stop':
      return 'stop';
    case 'spi-select':
    case 'spi-deselect':
      return kind.slice(4);
    case 'spi-exchange':
      return `exchange ${hex(a, 2)} ${hex(b, 2)}`;
    case 'uart-transmit':
    case 'uart-receive':
      return `${kind.slice(5)} ${hex(a, 2)}`;
    case 'uart-fault':
      return `receive ${hex(a, 2)} ${uartFaultNames[b] ?? 'broken'}`;
    case 'uart-disconnect':
      return 'disconnect';
    case 'mmio-read':
    case 'mmio-write': {
      const width = a & 63;
      return `${kind.slice(5)}${width} ${hex(a >>> 6, 4)} ${hex(b >>> 0, width / 4)}`;
    }
    case 'pwm-set':
      return `set ${b >>> 0} of ${a >>> 0} ns`;
    case 'pwm-switch':
      return `${a === 1 ? 'on' : 'off'}${b === 1 ? ' inversed' : ''}`;
    case 'error':
    case 'fault':
      return `${kind} ${trace.name(a)}${b === 0 ? '' : ` ${hex(b, 2)}`}`;
    default: {
      const unknown: never = kind;
      return unknown;
    }
  }
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
