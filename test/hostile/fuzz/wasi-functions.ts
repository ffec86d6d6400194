import { counted, type FunctionModels, fixed, receiving, together } from './host-function.ts';

/** The app's command line is its module and `hostile-argument`; its environment is one variable (`run-calls.ts`). */
const ARGUMENT_COUNT = 2;
const ARGUMENT_BYTES = 'hostile.wasm\0hostile-argument\0'.length;
const ENVIRONMENT_COUNT = 1;
const ENVIRONMENT_BYTES = 'NAME=value\0'.length;

const iovec = { byteLength: 8, pointer: 0, length: 4 };
const into = (pointerAt: number, countAt: number) => receiving(pointerAt, countAt, iovec, () => true);
const descriptorOnly = { type: '(i)i', roles: ['descriptor'] } as const;
const withPath = ['descriptor', 'bytes', 'length'] as const;

/** WASI preview 1: sizes of records from wasi_snapshot_preview1.witx. */
const functions: FunctionModels = {
  args_get: {
    type: '(ii)i',
    roles: ['room', 'room'],
    writes: fixed([0, 4 * ARGUMENT_COUNT], [1, ARGUMENT_BYTES]),
  },
  args_sizes_get: { type: '(ii)i', roles: ['room', 'room'], writes: fixed([0, 4], [1, 4]) },
  clock_res_get: { type: '(ii)i', roles: ['small', 'room'], writes: fixed([1, 8]) },
  clock_time_get: { type: '(iIi)i', roles: ['small', 'long', 'room'], writes: fixed([2, 8]) },
  environ_get: {
    type: '(ii)i',
    roles: ['room', 'room'],
    writes: fixed([0, 4 * ENVIRONMENT_COUNT], [1, ENVIRONMENT_BYTES]),
  },
  environ_sizes_get: { type: '(ii)i', roles: ['room', 'room'], writes: fixed([0, 4], [1, 4]) },
  fd_advise: { type: '(iIIi)i', roles: ['descriptor', 'long', 'long', 'small'] },
  fd_allocate: { type: '(iII)i', roles: ['descriptor', 'long', 'long'] },
  fd_close: descriptorOnly,
  fd_datasync: descriptorOnly,
  fd_fdstat_get: { type: '(ii)i', roles: ['descriptor', 'room'], writes: fixed([1, 24]) },
  fd_fdstat_set_flags: { type: '(ii)i', roles: ['descriptor', 'small'] },
  fd_fdstat_set_rights: { type: '(iII)i', roles: ['descriptor', 'long', 'long'] },
  fd_filestat_get: { type: '(ii)i', roles: ['descriptor', 'room'], writes: fixed([1, 64]) },
  fd_filestat_set_size: { type: '(iI)i', roles: ['descriptor', 'long'] },
  fd_filestat_set_times: { type: '(iIIi)i', roles: ['descriptor', 'long', 'long', 'small'] },
  fd_pread: {
    type: '(iiiIi)i',
    roles: ['descriptor', 'iovecs', 'count', 'long', 'room'],
    writes: together(into(1, 2), fixed([4, 4])),
  },
  fd_prestat_dir_name: { type: '(iii)i', roles: ['descriptor', 'room', 'length'], writes: counted(1, 2) },
  fd_prestat_get: { type: '(ii)i', roles: ['descriptor', 'room'], writes: fixed([1, 8]) },
  fd_pwrite: {
    type: '(iiiIi)i',
    roles: ['descriptor', 'iovecs', 'count', 'long', 'room'],
    writes: fixed([4, 4]),
  },
  fd_read: {
    type: '(iiii)i',
    roles: ['descriptor', 'iovecs', 'count', 'room'],
    writes: together(into(1, 2), fixed([3, 4])),
  },
  fd_readdir: {
    type: '(iiiIi)i',
    roles: ['descriptor', 'room', 'length', 'long', 'room'],
    writes: together(counted(1, 2), fixed([4, 4])),
  },
  fd_renumber: { type: '(ii)i', roles: ['descriptor', 'descriptor'] },
  fd_seek: { type: '(iIii)i', roles: ['descriptor', 'long', 'small', 'room'], writes: fixed([3, 8]) },
  fd_sync: descriptorOnly,
  fd_tell: { type: '(ii)i', roles: ['descriptor', 'room'], writes: fixed([1, 8]) },
  fd_write: { type: '(iiii)i', roles: ['descriptor', 'iovecs', 'count', 'room'], writes: fixed([3, 4]) },
  path_create_directory: { type: '(iii)i', roles: withPath },
  path_filestat_get: {
    type: '(iiiii)i',
    roles: ['descriptor', 'small', 'bytes', 'length', 'room'],
    writes: fixed([4, 64]),
  },
  path_filestat_set_times: {
    type: '(iiiiIIi)i',
    roles: ['descriptor', 'small', 'bytes', 'length', 'long', 'long', 'small'],
  },
  path_link: {
    type: '(iiiiiii)i',
    roles: ['descriptor', 'small', 'bytes', 'length', 'descriptor', 'bytes', 'length'],
  },
  path_open: {
    type: '(iiiiiIIii)i',
    roles: ['descriptor', 'small', 'bytes', 'length', 'small', 'long', 'long', 'small', 'room'],
    writes: fixed([8, 4]),
  },
  path_readlink: {
    type: '(iiiiii)i',
    roles: ['descriptor', 'bytes', 'length', 'room', 'length', 'room'],
    writes: together(counted(3, 4), fixed([5, 4])),
  },
  path_remove_directory: { type: '(iii)i', roles: withPath },
  path_rename: { type: '(iiiiii)i', roles: [...withPath, ...withPath] },
  path_symlink: { type: '(iiiii)i', roles: ['bytes', 'length', ...withPath] },
  path_unlink_file: { type: '(iii)i', roles: withPath },
  poll_oneoff: {
    type: '(iiii)i',
    roles: ['subscriptions', 'room', 'count', 'room'],
    writes: together(counted(1, 2, 32), fixed([3, 4])),
  },
  proc_exit: { type: '(i)', roles: ['small'], ends: true },
  proc_raise: { type: '(i)i', roles: ['small'] },
  random_get: { type: '(ii)i', roles: ['room', 'length'], writes: counted(0, 1) },
  sched_yield: { type: '()i', roles: [] },
  sock_accept: { type: '(iii)i', roles: ['descriptor', 'small', 'room'], writes: fixed([2, 4]) },
  sock_recv: {
    type: '(iiiiii)i',
    roles: ['descriptor', 'iovecs', 'count', 'small', 'room', 'room'],
    writes: together(into(1, 2), fixed([4, 4], [5, 2])),
  },
  sock_send: {
    type: '(iiiii)i',
    roles: ['descriptor', 'iovecs', 'count', 'small', 'room'],
    writes: fixed([4, 4]),
  },
  sock_shutdown: { type: '(ii)i', roles: ['descriptor', 'small'] },
};

export const wasiFunctions: FunctionModels = Object.fromEntries(
  Object.entries(functions).map(([name, model]) => [`wasi_snapshot_preview1.${name}`, model]),
);
