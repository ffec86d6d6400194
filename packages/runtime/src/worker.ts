// What the entry of an app's thread needs, and no more: each thread of an app loads it anew, which on a small processor
// takes seconds. Files were read before, so no schema is among it.
export { kanchiHostApis } from './host-api/registry.ts';
export { type AppService, serveAppWorker } from './isolation/serve-app-worker.ts';
