import type { VirtualClock } from '@kanchi/hal/mock';
import { EDGES } from './edges.ts';
import type { Granted } from './granted.ts';
import type { FunctionModels, HandleKind, HostFunctionModel } from './host-function.ts';
import type { HostileHardware } from './hostile-board.ts';
import type { HostileServices } from './hostile-services.ts';
import type { Parameter, RandomCall } from './random-call.ts';
import { resultFault } from './result-check.ts';
import type { TraceCheck } from './trace-check.ts';

/** Calls after the app has ended, each of which must be refused. */
const CALLS_AFTER_END = 4;
/** After so many calls guest memory is compared, and the framework's own loop gets its turn. */
const CALLS_PER_STEP = 8;
const NS_PER_MS = 1_000_000n;

interface SessionParts {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  readonly clock: VirtualClock;
  readonly hardware: HostileHardware;
  readonly granted: Granted;
  readonly traceCheck: TraceCheck;
  readonly services: HostileServices;
  readonly functions: FunctionModels;
}

/** The calls of one app, one after the other, each checked. Stops at the first fault. */
export class CallSession {
  readonly faults: string[] = [];
  readonly made = new Map<string, number>();
  readonly succeeded = new Map<string, number>();
  traceEntries = 0;
  readonly #parts: SessionParts;
  readonly #bytes: Uint8Array;
  /** Guest memory as it must be. */
  readonly #expected: Uint8Array;
  readonly #view: DataView;
  readonly #open = new Map<number, { readonly kind: HandleKind; readonly label: string }>();
  readonly #closed: number[] = [];
  /** Ports that were opened as connections: their handles are not told, but can be guessed. */
  readonly #serialPorts = new Set<string>();
  readonly #blocks: number[] = [];

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#bytes = new Uint8Array(parts.memory.buffer);
    this.#expected = this.#bytes.slice();
    // What a list in memory names is read from memory as it was before the call.
    this.#view = new DataView(this.#expected.buffer);
  }

  /** `step` lets the framework's loop run. Throws what ended the app, as a guest would. */
  make(calls: readonly RandomCall[], step: () => void): void {
    for (const [index, call] of calls.entries()) {
      if (call.name.startsWith('world.')) {
        this.#world(call);
      } else {
        const end = this.#call(call);
        if (this.faults.length > 0) return;
        if (end !== undefined) {
          this.#afterEnd(calls.slice(index + 1, index + 1 + CALLS_AFTER_END), end);
          this.#compareMemory(call.name);
          throw end;
        }
      }
      if (index % CALLS_PER_STEP === 0) {
        this.#compareMemory(call.name);
        step();
        this.#expected.set(this.#bytes);
      }
    }
    this.#compareMemory('the last calls');
  }

  #world({ name, parameters: [first, second] }: RandomCall): void {
    const { clock, hardware } = this.#parts;
    const choice = Number(first);
    if (name === 'world.drive') hardware.driveInput(choice === 0 ? 'key' : 'door', second === 0 ? 0 : 1);
    if (name === 'world.send') hardware.send(choice === 0 ? 'port' : 'modem', Uint8Array.of(1, 2, 3));
    if (name === 'world.pass') {
      clock.waitUntil(clock.nowNs() + BigInt(Number(second) * 20 + choice) * NS_PER_MS);
      clock.runDue();
    }
    hardware.board.trace.clear();
  }

  /** What the call threw, if it did; `end` is what ended the app before. */
  #call(call: RandomCall, end?: Error): Error | undefined {
    const { name } = call;
    const model = this.#parts.functions[name] as HostFunctionModel;
    const parameters = call.parameters.map((parameter) => this.#resolve(parameter));
    for (const { at, bytes } of call.writes) {
      this.#bytes.set(bytes, at);
      this.#expected.set(bytes, at);
    }
    const label = this.#labelOf(model, parameters);
    let result: number | bigint | undefined;
    let thrown: Error | undefined;
    try {
      const exported = this.#parts.exports[name] as (
        ...given: readonly (number | bigint)[]
      ) => number | bigint | undefined;
      result = exported(...parameters);
    } catch (error) {
      thrown = error instanceof Error ? error : new Error(`threw ${String(error)}`);
    }
    this.made.set(name, (this.made.get(name) ?? 0) + 1);
    this.#allow(model, parameters, result);
    this.#checkBoard(name);
    if (thrown !== undefined) {
      if (thrown !== end && !isFairEnd(name, thrown))
        this.#fault(name, `threw ${thrown.stack ?? thrown.message}`);
      return thrown;
    }
    if (result !== undefined) {
      const value = result;
      const guessed = name.startsWith('kanchi_uart.') && label === undefined ? [...this.#serialPorts] : [];
      const [fault, ...others] = (guessed.length > 0 ? guessed : [label]).map((each) =>
        resultFault(this.#parts.granted, { name, result: value, parameters, label: each }),
      );
      if (fault !== undefined && !others.includes(undefined)) this.#fault(name, fault);
      if (result >= 0) this.succeeded.set(name, (this.succeeded.get(name) ?? 0) + 1);
      this.#remember(name, Number(result), parameters, label);
    }
    return undefined;
  }

  /** Every call of an app that has ended throws what ended it, and nothing moves; its hardware is gone already. */
  #afterEnd(calls: readonly RandomCall[], end: Error): void {
    for (const handle of this.#parts.hardware.board.openHandles())
      this.faults.push(`open after the end: ${handle}`);
    for (const call of calls) {
      if (call.name.startsWith('world.')) continue;
      const again = this.#call(call, end);
      if (again !== end) this.#fault(call.name, `after the end: ${again?.message ?? 'it returned'}`);
    }
  }

  #fault(name: string, text: string): void {
    this.faults.push(`${name}: ${text}`);
  }

  /** What the call names may differ from now on. */
  #allow(
    model: HostFunctionModel,
    parameters: readonly (number | bigint)[],
    result: number | bigint | undefined,
  ): void {
    if (model.writes === undefined) return;
    const made = { memory: this.#view, parameters: parameters.map(unsigned), result: Number(result ?? 0) };
    for (const [start, byteLength] of model.writes(made)) {
      if (start < this.#bytes.length) {
        this.#expected.set(this.#bytes.subarray(start, start + byteLength), start);
      }
    }
  }

  /** Nothing else does. It takes longer than a call, so it is done for several at once. */
  #compareMemory(name: string): void {
    if (Buffer.compare(this.#bytes, this.#expected) === 0) return;
    const at = this.#bytes.findIndex((byte, index) => byte !== this.#expected[index]);
    this.#fault(
      name,
      `guest memory at ${at} was changed by this call or one of the ${CALLS_PER_STEP - 1} before, which do not name it`,
    );
    this.#expected.set(this.#bytes);
  }

  #checkBoard(name: string): void {
    const { granted, hardware, services, traceCheck } = this.#parts;
    const { trace } = hardware.board;
    if (trace.length > 0) {
      if (trace.droppedCount > 0) this.#fault(name, `${trace.droppedCount} entries of the trace are lost`);
      const entries = trace.entries();
      this.traceEntries += entries.length;
      for (const fault of traceCheck.check(entries)) this.#fault(name, fault);
      trace.clear();
    }
    const { subscriptions, messages, connections } = services.passed;
    for (const { sensor, channels, intervalNs } of subscriptions.splice(0)) {
      if (!granted.sensorAllows(sensor, channels, intervalNs)) {
        this.#fault(name, `subscribed to ${channels.join(', ')} of "${sensor}" each ${intervalNs} ns`);
      }
    }
    for (const { action, url } of messages.splice(0)) {
      if (!granted.messageAllows(action, url)) this.#fault(name, `${action} of "${url}"`);
    }
    for (const target of connections.splice(0)) {
      if (!granted.connectionAllows(target)) this.#fault(name, `connection to ${target}`);
    }
  }

  #resolve(parameter: Parameter): number | bigint {
    if (typeof parameter !== 'object') return parameter;
    if ('afterNs' in parameter)
      return BigInt.asIntN(64, this.#parts.clock.nowNs() + BigInt(parameter.afterNs));
    if ('block' in parameter) return this.#blocks[parameter.block % (this.#blocks.length + 1)] ?? 0;
    return this.#findHandle(parameter.handle, parameter.pick);
  }

  /** Mostly an open one of the kind, else one of another kind, a closed one, or no handle at all. */
  #findHandle(kind: HandleKind, pick: number): number {
    const choice = pick % 16;
    const rest = Math.floor(pick / 16);
    if (kind === 'framework') return choice < 14 ? rest % 4 : (EDGES[rest % EDGES.length] ?? 0);
    const wanted: number[] = choice === 14 ? this.#closed : [];
    if (choice < 14) {
      for (const [handle, entry] of this.#open) if (choice === 13 || entry.kind === kind) wanted.push(handle);
    }
    return wanted[rest % wanted.length] ?? EDGES[rest % EDGES.length] ?? 0;
  }

  /** The value of "device" in an attribute container (docs/host-api/wamr-messages.md): name, type, length in two bytes, text. */
  #deviceIn(start: number, byteLength: number): string | undefined {
    const text = Buffer.from(this.#bytes.subarray(start, start + byteLength)).toString('latin1');
    return /device\0.{3}([^\0]*)\0/su.exec(text)?.[1];
  }

  #labelOf(model: HostFunctionModel, parameters: readonly (number | bigint)[]): string | undefined {
    const first = Number(parameters[0]) >>> 0;
    if (model.roles[0]?.startsWith('handle:') === true) return this.#open.get(first)?.label;
    if (model.roles[0]?.startsWith('label:') !== true || model.roles[1] !== 'length') return undefined;
    return Buffer.from(this.#bytes.subarray(first, first + (Number(parameters[1]) >>> 0))).toString('utf8');
  }

  #remember(
    name: string,
    result: number,
    parameters: readonly (number | bigint)[],
    label: string | undefined,
  ): void {
    const [module = '', what = ''] = name.split('.');
    if (what === 'wasm_open_connection') {
      const opened = this.#deviceIn(Number(parameters[1]) >>> 0, Number(parameters[2]) >>> 0);
      if (result >= 0 && opened !== undefined) this.#serialPorts.add(opened);
      return;
    }
    if (module === 'env') {
      if (/^(malloc|calloc|realloc|_?strdup)$/u.test(what)) this.#blocks.push(result);
      return;
    }
    if (result > 0 && /^(open|subscribe|timer_start)$/u.test(what)) {
      const kind = what === 'timer_start' ? 'timer' : (module.slice('kanchi_'.length) as HandleKind);
      this.#open.set(result, { kind, label: label ?? '' });
    } else if (result === 0 && /^(close|timer_stop)$/u.test(what)) {
      const handle = Number(parameters[0]);
      if (this.#open.delete(handle)) this.#closed.push(handle);
    }
  }
}

function unsigned(value: number | bigint): number {
  return typeof value === 'bigint' ? 0 : value >>> 0;
}

/** A trap that names the call, or an exit. */
function isFairEnd(name: string, error: Error): boolean {
  const [, what] = name.split('.');
  if (error.name === 'GuestExit') return what === 'exit' || what === 'proc_exit';
  // Those of the libc that only trap have their argument in the text, as in WAMR.
  return (
    error.name === 'GuestTrap' &&
    (error.message.startsWith(`${name}: `) || error.message.startsWith(`${name}(`))
  );
}
