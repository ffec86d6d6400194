import { eventKind } from '../app/app-events.ts';
import type { AppContext, AppResource } from './app-context.ts';
import { closeResource } from './call-result.ts';

/**
 * Makes what lets go of all that an app has open under permissions that it lost: outputs go to their safe levels, events
 * that wait are gone, and the app gets an event for each handle. The handles stay in the table, so that calls with them are
 * refused with the reason; the app closes them as any other. Gives what could not be closed.
 */
export function createRevokedRelease(context: AppContext): () => unknown[] {
  const released = new WeakSet<AppResource>();
  return () => {
    const failures: unknown[] = [];
    for (const { handle, resource } of context.handles.entries()) {
      if (released.has(resource) || !isRevoked(resource)) continue;
      released.add(resource);
      context.events.forget(handle);
      try {
        closeResource(resource);
      } catch (error) {
        failures.push(error);
      }
      context.events.push({
        kind: eventKind.revoked,
        handle,
        timeNs: context.clock.nowNs(),
        sequence: 1,
        detail: 0,
      });
    }
    return failures;
  };
}

function isRevoked(resource: AppResource): boolean {
  const grant = resource.kind === 'service' ? resource.resource.grant : resource.grant;
  return grant?.revocation.revoked === true;
}
