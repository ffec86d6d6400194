/** Writes lower maxima into a module. Source: WebAssembly core specification 2.0, section 5 (binary format). */

import { LIMITS_HAS_MAXIMUM, type Limits, type Section, type WasmOutline } from './wasm-binary.ts';
import { encodeUnsigned } from './wasm-reader.ts';

const EXPORT_TABLE = 0x01; // section 5.5.10

/** A table that the limit keeps from growing, as the host can look at it. */
export interface LimitedTable {
  readonly index: number;
  /** The name that it is exported by. */
  readonly exportName: string;
  readonly maximumElements: number;
}

/**
 * The same module with lower maxima: together its own memories grow to `pages` at most, its own tables to `elements`. Where there
 * are several, each can take an equal part of what is left over. Expects that they begin with no more. The tables that
 * this holds down are exported, by names that it does not use: the engine tells nobody that it refused to let one grow.
 */
export function limitModule(
  bytes: Uint8Array,
  outlined: WasmOutline,
  most: { readonly pages: number; readonly elements: number },
): { readonly bytes: Uint8Array; readonly tables: readonly LimitedTable[] } {
  const pieces: Uint8Array[] = [];
  const tables: LimitedTable[] = [];
  const taken = new Set(outlined.exports?.names);
  let done = 0;
  for (const { section, own } of outlined.sections) {
    const maxima = maximaOf(own, most[section.of]);
    const content = limitSection(bytes, section, own, maxima);
    pieces.push(bytes.subarray(done, section.sizeStart), sized(content));
    done = section.end;
    if (section.of === 'elements') {
      for (const [index, { initial, maximum }] of own.entries()) {
        const most = maxima[index] ?? initial;
        // One that its own maximum holds down never meets the limit.
        if (maximum !== undefined && maximum <= most) continue;
        tables.push({ index, exportName: freeName(index, taken), maximumElements: most });
      }
    }
  }
  const { exports } = outlined;
  // Sections that are not in their order are for the engine to refuse, as they are.
  const isExported = exports !== undefined && exports.sizeStart >= done && tables.length > 0;
  if (isExported) {
    const { sizeStart, entries, names } = exports;
    const added = tables.map(tableExport);
    const count = Uint8Array.from(encodeUnsigned(names.length + added.length));
    const content = joined([count, bytes.subarray(entries.start, entries.end), ...added]);
    pieces.push(bytes.subarray(done, sizeStart), sized(content));
    done = entries.end;
  }
  pieces.push(bytes.subarray(done));
  return { bytes: joined(pieces), tables: isExported ? tables : [] };
}

function maximaOf(own: readonly Limits[], total: number): number[] {
  const left = total - own.reduce((sum, { initial }) => sum + initial, 0);
  const share = Math.floor(left / own.length);
  return own.map(({ initial, maximum }) => Math.min(maximum ?? Number.POSITIVE_INFINITY, initial + share));
}

/** The section's content with the limits of everything in it lowered. */
function limitSection(
  bytes: Uint8Array,
  section: Section,
  own: readonly Limits[],
  maxima: readonly number[],
): Uint8Array {
  const pieces: Uint8Array[] = [];
  let done = section.start;
  for (const [index, { start, end, flags, initial }] of own.entries()) {
    const most = maxima[index] ?? initial;
    pieces.push(
      bytes.subarray(done, start),
      Uint8Array.from([flags | LIMITS_HAS_MAXIMUM, ...encodeUnsigned(initial), ...encodeUnsigned(most)]),
    );
    done = end;
  }
  pieces.push(bytes.subarray(done, section.end));
  return joined(pieces);
}

function freeName(index: number, taken: ReadonlySet<string>): string {
  let name = `kanchi.table.${index}`;
  while (taken.has(name)) name += '_';
  return name;
}

/** An entry of the export section (section 5.5.10). */
function tableExport({ exportName, index }: LimitedTable): Uint8Array {
  const text = new TextEncoder().encode(exportName);
  return Uint8Array.from([...encodeUnsigned(text.length), ...text, EXPORT_TABLE, ...encodeUnsigned(index)]);
}

/** A section's content behind its size. */
function sized(content: Uint8Array): Uint8Array {
  return joined([Uint8Array.from(encodeUnsigned(content.length)), content]);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
