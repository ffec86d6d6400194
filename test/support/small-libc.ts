// Not an entry of the package: tests of the repository may look inside.
export { AppHeap } from '../../packages/runtime/dist/abi/libc/app-heap.js';
export { createLibc } from '../../packages/runtime/dist/abi/libc/create-libc.js';
export { placeAppHeap } from '../../packages/runtime/dist/abi/libc/place-app-heap.js';
export { GuestMemory } from '../../packages/runtime/dist/guest/guest-memory.js';
