import { assembleModule, op } from '../support/assembled.ts';

export type Call = (name: string) => readonly number[];
type Body = readonly (readonly number[])[];

export const guestImports = [
  { module: 'kanchi_gpio', name: 'open', type: '(iii)i' },
  { module: 'kanchi_gpio', name: 'toggle', type: '(i)i' },
  { module: 'kanchi_i2c', name: 'open', type: '(ii)i' },
  { module: 'kanchi_i2c', name: 'write_read', type: '(iiiii)i' },
  { module: 'kanchi_event', name: 'wait', type: '(iiI)i' },
  { module: 'kanchi_log', name: 'write', type: '(iii)i' },
  { module: 'kanchi_log', name: 'last_error', type: '(ii)i' },
];
const texts = { lamp: 16, first: 32, second: 48, ready: 64 } as const;
const TEXT_BYTES: Readonly<Record<keyof typeof texts, number>> = { lamp: 4, first: 5, second: 6, ready: 5 };
/** Where the texts are in the guest's memory. */
export const guestTexts = Object.fromEntries(Object.entries(texts).map(([text, at]) => [at, text]));
/** Where handles are kept, bytes are read to, and failures are written to. */
const LAMP = 128;
const DEVICE = 132;
const BYTES = 256;
const ERROR_TEXT = 1024;
const FOREVER = 0x7fff_ffff_ffff_ffffn;
const MODE_OUTPUT_HIGH = 3;

export const mainOf = (body: (call: Call) => Body): Uint8Array => moduleOf('main', body);

/** A module whose entry is `main` or the callback `on_init`. */
export const moduleOf = (entry: 'main' | 'on_init', body: (call: Call) => Body): Uint8Array =>
  assembleModule({
    imports: guestImports,
    functions: [{ exports: [entry], type: '()i', body: (call) => [...body(call), op.i32(0)] }],
    data: guestTexts,
  });

/** Opens the lamp high; returns 1 from main, with the reason in the log, when that is not possible. */
export const openLamp = (call: Call): Body => [
  ...lightLamp(call),
  op.i32(LAMP),
  op.load32,
  op.i32(0),
  op.less32,
  op.if,
  op.i32(2),
  op.i32(ERROR_TEXT),
  op.i32(ERROR_TEXT),
  op.i32(512),
  call('kanchi_log.last_error'),
  call('kanchi_log.write'),
  op.drop,
  op.i32(1),
  op.return,
  op.end,
];

/** Opens the lamp high. */
export const lightLamp = (call: Call): Body => [
  op.i32(LAMP),
  op.i32(texts.lamp),
  op.i32(TEXT_BYTES.lamp),
  op.i32(MODE_OUTPUT_HIGH),
  call('kanchi_gpio.open'),
  op.store32,
];

export const toggleLamp = (call: Call): Body => [
  op.i32(LAMP),
  op.load32,
  call('kanchi_gpio.toggle'),
  op.drop,
];

export const openDevice = (call: Call, label: 'first' | 'second'): Body => [
  op.i32(DEVICE),
  op.i32(texts[label]),
  op.i32(TEXT_BYTES[label]),
  call('kanchi_i2c.open'),
  op.store32,
];

/** Reads bytes from a register (address 0: the memory there is zero) with a repeated start. */
export const readDevice = (call: Call, byteLength: number): Body => [
  op.i32(DEVICE),
  op.load32,
  op.i32(0),
  op.i32(1),
  op.i32(BYTES),
  op.i32(byteLength),
  call('kanchi_i2c.write_read'),
  op.drop,
];

export const sayReady = (call: Call): Body => [
  op.i32(2),
  op.i32(texts.ready),
  op.i32(TEXT_BYTES.ready),
  call('kanchi_log.write'),
  op.drop,
];

/** Waits for one event: the request to stop, when nothing else was asked for. */
export const waitForStop = (call: Call): Body => [
  op.i32(BYTES),
  op.i32(1),
  op.i64(FOREVER),
  call('kanchi_event.wait'),
  op.drop,
];

/** A module that lights the lamp, says so, and then is in native code for so long (`stuck-worker.mjs`). */
export const stuckFor = (milliseconds: number): Uint8Array =>
  assembleModule({
    imports: [...guestImports, { module: 'stuck', name: 'block', type: '(i)' }],
    functions: [
      {
        exports: ['main'],
        type: '()i',
        body: (call) => [
          ...lightLamp(call),
          ...sayReady(call),
          op.i32(milliseconds),
          call('stuck.block'),
          ...forever(toggleLamp(call)),
          op.i32(0),
        ],
      },
    ],
    data: guestTexts,
  });

export const forever = (body: Body): Body => [op.loop, ...body, op.branch(0), op.end];
