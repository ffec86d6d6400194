import { kanchiHostApis } from '../host-api/registry.ts';
import { serveAppWorker } from './serve-app-worker.ts';

/** Entry of an app's worker thread with this package's host APIs. */
serveAppWorker(() => kanchiHostApis);
