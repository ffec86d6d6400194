import { HalError } from '@kanchi/hal';
import type { LimitName } from '../app/limits.ts';
import { type ErrorName, errorNameOfHalCode } from '../guest/error-number.ts';
import type { Refusal } from '../permission/grant.ts';
import type { AppContext } from './app-context.ts';

/** Longest label that a guest may pass, bytes (labels in the board file are at most this long). */
export const MAX_LABEL_BYTES = 64;
/** Most operations in one guest transaction. */
export const MAX_OPERATIONS = 32;
/** Most bytes in one guest transaction, all operations together. */
export const MAX_TRANSACTION_BYTES = 8192;

/** A byte order mark is a character like any other: a label with one is another label. */
const labelDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Notes a failure for `last_error` and returns its number. Throws when the guest has ended. */
export function fail(context: AppContext, call: string, name: ErrorName, text: string): number {
  context.ending.check();
  context.counters.add('failures');
  return context.lastError.set(name, `${call}: ${text}`);
}

/** Notes, counts and (once per rule) logs a refusal. */
export function deny(
  context: AppContext,
  call: string,
  refusal: Refusal,
  name: ErrorName = 'denied',
): number {
  context.counters.add('denials');
  const told = context.permissions.explain(refusal);
  return context.lastError.set(name, context.denials.report(context.appName, call, told));
}

/** What the HAL threw, as the guest's number. Anything but a HalError is a fault of the host and ends the app. */
export function failFromHal(context: AppContext, call: string, resource: string, error: unknown): number {
  if (error instanceof HalError) {
    const errno = error.errno === undefined ? '' : ` (${error.errno})`;
    return fail(context, call, errorNameOfHalCode[error.code], `${resource}: ${error.message}${errno}`);
  }
  throw context.ending.begin(error);
}

export function badHandle(context: AppContext, call: string, handle: number): number {
  return fail(context, call, 'bad-handle', `${handle} is not an open handle of this kind`);
}

/** Reads a label from guest memory; undefined when no label can look like that. */
export function readLabel(
  context: AppContext,
  call: string,
  pointer: number,
  length: number,
): string | undefined {
  const bytes = context.memory.view(call, pointer, length);
  if (bytes.length === 0 || bytes.length > MAX_LABEL_BYTES) {
    return undefined;
  }
  try {
    return labelDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Answers for a label that the board file does not have. */
export function noSuchLabel(
  context: AppContext,
  call: string,
  label: string | undefined,
  section: string,
  known: Iterable<string>,
): number {
  const names = [...known];
  const have = names.length === 0 ? 'it has none' : `it has ${names.map((name) => `"${name}"`).join(', ')}`;
  const asked =
    label === undefined ? `a label of 1 to ${MAX_LABEL_BYTES} UTF-8 bytes is needed` : `no "${label}"`;
  return fail(context, call, 'no-such-label', `${asked} under ${section} in the board file; ${have}`);
}

/**
 * Enters an opened resource in the handle table, or closes it again when the table is full.
 * `make` opens; what it throws becomes the guest's error.
 */
export function openHandle<Opened extends { close(): void }>(
  context: AppContext,
  call: string,
  resource: string,
  open: () => Opened,
  enter: (opened: Opened) => number | undefined,
): number {
  let opened: Opened;
  try {
    opened = open();
  } catch (error) {
    return failFromHal(context, call, resource, error);
  }
  // What was opened while its permission was taken away is let go of with the rest.
  const handle = enter(opened);
  context.permissions.look();
  if (handle === undefined) {
    opened.close();
    return failAtLimit(context, call, 'handles', handlesText(context, resource));
  }
  return handle;
}

/** What `failAtLimit` tells when the handle table is full. */
export function handlesText({ handles }: AppContext, resource: string): string {
  return `${resource}: ${handles.capacity} handles are open, close some`;
}

/** Notes, counts and tells that a limit of the app was reached (`AppLimits.reached`); returns the error number. */
export function failAtLimit(context: AppContext, call: string, name: LimitName, happened: string): number {
  context.ending.check();
  return fail(context, call, 'limit-reached', context.limits.reached(name, happened));
}

/** Closes a handle of that kind. Closing it again is no error; a number that was never a handle is. */
export function closeHandle(context: AppContext, call: string, kind: string, handle: number): number {
  const resource = context.handles.find(handle);
  if (resource === undefined) {
    return context.handles.wasClosed(handle) ? 0 : badHandle(context, call, handle);
  }
  if (resource.kind !== kind) {
    return badHandle(context, call, handle);
  }
  context.handles.remove(handle);
  context.events.forget(handle);
  try {
    closeResource(resource);
  } catch (error) {
    return failFromHal(context, call, kind, error);
  }
  return 0;
}

export function closeResource(resource: NonNullable<ReturnType<AppContext['handles']['find']>>): void {
  switch (resource.kind) {
    case 'gpio':
      resource.line.close();
      break;
    case 'i2c':
      resource.bus.close();
      break;
    case 'spi':
      resource.device.close();
      break;
    case 'uart':
      resource.port.close();
      break;
    case 'mmio':
      resource.window.close();
      break;
    case 'pwm':
      resource.channel.close();
      break;
    case 'service':
      resource.resource.close();
      break;
    case 'timer':
      break;
  }
}

/** Closes everything that the app holds; outputs go to their safe levels. A failing close does not keep the others. */
export function closeAllHandles(context: AppContext): unknown[] {
  const failures: unknown[] = [];
  for (const { handle, resource } of context.handles.entries()) {
    context.handles.remove(handle);
    context.events.forget(handle);
    try {
      closeResource(resource);
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}
