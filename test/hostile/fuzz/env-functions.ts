import {
  type CallMade,
  counted,
  type FunctionModels,
  fixed,
  type HostFunctionModel,
  type Range,
} from './host-function.ts';

/** Bytes of the string at a pointer, with its NUL; 0 when it has none, which no function that writes may be given. */
function stringBytes({ memory, parameters }: CallMade, position: number): number {
  const start = parameters[position] ?? 0;
  for (let at = start; at < memory.byteLength; at += 1) {
    if (memory.getUint8(at) === 0) return at + 1 - start;
  }
  return 0;
}

/** A block that the call returned. */
const atResult =
  (byteLength: (call: CallMade) => number) =>
  (call: CallMade): Range[] =>
    call.result === 0 ? [] : [[call.result >>> 0, byteLength(call)]];

const ofCharacter = { type: '(i)i', roles: ['small'] } as const;
const copy: HostFunctionModel = { type: '(iii)i', roles: ['room', 'bytes', 'length'], writes: counted(0, 2) };
const print = { type: '(ii)i', roles: ['format', 'list'] } as const;
const printToBuffer: HostFunctionModel = {
  type: '(iii)i',
  roles: ['room', 'format', 'list'],
  writes: ({ parameters, result }) => [[parameters[0] ?? 0, result + 1]],
};
const printToBoundedBuffer: HostFunctionModel = {
  type: '(iiii)i',
  roles: ['room', 'length', 'format', 'list'],
  writes: counted(0, 1),
};
const duplicate: HostFunctionModel = {
  type: '(i)i',
  roles: ['text'],
  writes: atResult((call) => stringBytes(call, 0)),
};
const parse: HostFunctionModel = { type: '(iii)i', roles: ['text', 'room', 'small'], writes: fixed([1, 4]) };
const twoTexts = { type: '(ii)i', roles: ['text', 'text'] } as const;
const boundedTexts = { type: '(iii)i', roles: ['text', 'text', 'small'] } as const;
const allocate = { type: '(i)i', roles: ['small'] } as const;
const endsApp = { type: '(i)', roles: ['small'], ends: true } as const;

/** The small libc, from docs/host-api/libc.md. */
export const libcFunctions: FunctionModels = {
  'env.printf': print,
  'env.vprintf': print,
  'env.sprintf': printToBuffer,
  'env.vsprintf': printToBuffer,
  'env.snprintf': printToBoundedBuffer,
  'env.vsnprintf': printToBoundedBuffer,
  'env.puts': { type: '(i)i', roles: ['text'] },
  'env.putchar': ofCharacter,
  'env.memcpy': copy,
  'env.memmove': copy,
  'env.emscripten_memcpy_big': copy,
  'env.memset': { type: '(iii)i', roles: ['room', 'small', 'length'], writes: counted(0, 2) },
  'env.memcmp': { type: '(iii)i', roles: ['bytes', 'bytes', 'length'] },
  'env.memchr': { type: '(iii)i', roles: ['bytes', 'small', 'length'] },
  'env.strchr': { type: '(ii)i', roles: ['text', 'small'] },
  'env.strcmp': twoTexts,
  'env.strcpy': {
    type: '(ii)i',
    roles: ['room', 'text'],
    writes: (call) => [[call.parameters[0] ?? 0, stringBytes(call, 1)]],
  },
  'env.strlen': { type: '(i)i', roles: ['text'] },
  'env.strncmp': boundedTexts,
  'env.strncpy': { type: '(iii)i', roles: ['room', 'text', 'small'], writes: counted(0, 2) },
  'env.strncasecmp': boundedTexts,
  'env.strspn': twoTexts,
  'env.strcspn': twoTexts,
  'env.strstr': twoTexts,
  'env.strdup': duplicate,
  'env._strdup': duplicate,
  'env.malloc': allocate,
  'env.calloc': {
    type: '(ii)i',
    roles: ['small', 'small'],
    writes: atResult(({ parameters: [count = 0, byteLength = 0] }) => count * byteLength),
  },
  'env.realloc': {
    type: '(ii)i',
    roles: ['block', 'small'],
    writes: atResult(({ parameters: [, byteLength = 0] }) => byteLength),
  },
  'env.free': { type: '(i)', roles: ['block'] },
  'env.__cxa_allocate_exception': allocate,
  'env.atoi': { type: '(i)i', roles: ['text'] },
  'env.strtol': parse,
  'env.strtoul': parse,
  'env.isupper': ofCharacter,
  'env.isalpha': ofCharacter,
  'env.isspace': ofCharacter,
  'env.isgraph': ofCharacter,
  'env.isprint': ofCharacter,
  'env.isdigit': ofCharacter,
  'env.isxdigit': ofCharacter,
  'env.isalnum': ofCharacter,
  'env.tolower': ofCharacter,
  'env.toupper': ofCharacter,
  'env.exit': endsApp,
  'env.abort': endsApp,
  'env.abortStackOverflow': endsApp,
  'env.nullFunc_X': endsApp,
  'env.__cxa_begin_catch': { type: '(i)', roles: ['small'] },
  'env.__cxa_throw': { type: '(iii)', roles: ['small', 'small', 'small'], ends: true },
  'env.clock_gettime': { type: '(ii)i', roles: ['small', 'room'], writes: fixed([1, 16]) },
  'env.clock': { type: '()I', roles: [] },
};

/** WAMR's app framework, from docs/host-api/wamr.md: none of it writes guest memory. */
export const frameworkFunctions: FunctionModels = {
  'env.wasm_sensor_open': { type: '(ii)i', roles: ['label:sensor', 'small'] },
  'env.wasm_sensor_config': { type: '(iiii)i', roles: ['handle:framework', 'small', 'small', 'small'] },
  'env.wasm_sensor_config_with_attr_container': {
    type: '(iii)i',
    roles: ['handle:framework', 'container', 'length'],
  },
  'env.wasm_sensor_close': { type: '(i)i', roles: ['handle:framework'] },
  'env.wasm_create_timer': { type: '(iii)i', roles: ['small', 'small', 'small'] },
  'env.wasm_timer_destroy': { type: '(i)', roles: ['handle:framework'] },
  'env.wasm_timer_cancel': { type: '(i)', roles: ['handle:framework'] },
  'env.wasm_timer_restart': { type: '(ii)', roles: ['handle:framework', 'small'] },
  'env.wasm_get_sys_tick_ms': { type: '()i', roles: [] },
  'env.wasm_register_resource': { type: '(i)', roles: ['url'] },
  'env.wasm_sub_event': { type: '(i)', roles: ['url'] },
  'env.wasm_post_request': { type: '(ii)', roles: ['packet', 'length'] },
  'env.wasm_response_send': { type: '(ii)i', roles: ['packet', 'length'] },
  'env.wasm_open_connection': { type: '(iii)i', roles: ['protocol', 'container', 'length'] },
  'env.wasm_config_connection': { type: '(iii)i', roles: ['handle:framework', 'container', 'length'] },
  'env.wasm_send_on_connection': { type: '(iii)i', roles: ['handle:framework', 'bytes', 'length'] },
  'env.wasm_close_connection': { type: '(i)', roles: ['handle:framework'] },
};
