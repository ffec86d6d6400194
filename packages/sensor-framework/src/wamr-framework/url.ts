import { MAX_APP_NAME_LENGTH, MAX_URL_BYTES } from './limits.ts';

/**
 * Whether a request to `url` is for the resource `pattern`: the pattern is a prefix, a leading `/` of either and a
 * trailing one of the pattern do not count, and the next character of the url is its end, `/` or `?`.
 */
export function isUnder(url: string, pattern: string): boolean {
  const path = withoutLeading(url);
  const prefix = withoutLeading(pattern).replace(/\/$/u, '');
  if (prefix === '' || !path.startsWith(prefix)) return false;
  const next = path[prefix.length];
  return next === undefined || next === '/' || next === '?';
}

/** Whether the url can be one: 1 to 255 bytes, no zero byte. */
export function isUrl(url: string): boolean {
  if (url.length === 0 || url.length >= MAX_URL_BYTES || url.includes('\0')) return false;
  return new TextEncoder().encode(url).length < MAX_URL_BYTES;
}

export interface AppletQuery {
  readonly name: string | undefined;
  readonly heapBytes: number | undefined;
  readonly timers: number | undefined;
  readonly watchdogMs: number | undefined;
}

/** The keys of `/applet?name=N&heap=B&timers=T&wd=MS`; a number that is none is left out. */
export function parseAppletQuery(url: string): AppletQuery {
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  const fields = new Map(
    query
      .split('&')
      .filter((field) => field.includes('='))
      // Of a key that stands twice the first counts.
      .toReversed()
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
  const number = (key: string): number | undefined => {
    const text = fields.get(key) ?? '';
    return /^\d{1,10}$/u.test(text) ? Number(text) : undefined;
  };
  return {
    name: fields.get('name'),
    heapBytes: number('heap'),
    timers: number('timers'),
    watchdogMs: number('wd'),
  };
}

/** An app's name as the app manager takes it; no separator of the urls that it stands in. */
export function isAppName(name: string): boolean {
  return name.length >= 1 && name.length <= MAX_APP_NAME_LENGTH && /^[^/?&=\p{Cc}\p{Cf}]+$/u.test(name);
}

/** `/app/<name>/<rest>`, or undefined. */
export function parseAppUrl(url: string): { readonly name: string; readonly rest: string } | undefined {
  const match = /^\/?app\/(?<name>[^/?]+)(?:\/(?<rest>.*))?$/su.exec(url);
  const name = match?.groups?.['name'];
  return name === undefined ? undefined : { name, rest: match?.groups?.['rest'] ?? '' };
}

function withoutLeading(url: string): string {
  return url.startsWith('/') ? url.slice(1) : url;
}
