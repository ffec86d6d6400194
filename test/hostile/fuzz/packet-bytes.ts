/** What goes between apps of WAMR's framework, byte by byte, by the tables of docs/host-api/wamr-messages.md. */

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A request or event with message number 7. */
export function requestBytes(action: number, url: string, payload: Uint8Array): Uint8Array {
  const urlBytes = bytesOf(`${url}\0`);
  const bytes = new Uint8Array(18 + urlBytes.length + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  bytes[1] = action;
  view.setUint16(2, payload.length === 0 ? 0 : 98);
  view.setUint32(4, 7);
  view.setUint16(12, urlBytes.length);
  view.setUint32(14, payload.length);
  bytes.set(urlBytes, 18);
  bytes.set(payload, 18 + urlBytes.length);
  return bytes;
}

/** A response to message 7 of the app with this number. */
export function responseBytes(receiver: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  bytes[1] = 69;
  view.setUint32(4, 7);
  view.setUint32(8, receiver);
  view.setUint32(12, payload.length);
  bytes.set(payload, 16);
  return bytes;
}

/** An attribute container with texts and 32-bit integers. */
export function containerBytes(attributes: Readonly<Record<string, string | number>>): Uint8Array {
  const sized = (text: string): number[] => [
    (text.length + 1) & 0xff,
    (text.length + 1) >> 8,
    ...bytesOf(text),
    0,
  ];
  const parts = Object.entries(attributes).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [...sized(key), 13, ...sized(value)]
      : [...sized(key), 2, ...new Uint8Array(Int32Array.of(value).buffer)],
  );
  const rest = [...sized('tag'), Object.keys(attributes).length, 0, ...parts, 0];
  return Uint8Array.from([0, 0, ...new Uint8Array(Uint32Array.of(rest.length + 4).buffer), ...rest]);
}
