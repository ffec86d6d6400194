import { expect } from 'vitest';
import { decodeAttributes } from '../wamr-framework/attribute-container.ts';
import { type LinkFrame, linkType } from '../wamr-framework/link-frame.ts';
import { MessageRouter } from '../wamr-framework/message-router.ts';
import { decodeResponse, encodeRequest } from '../wamr-framework/packet.ts';
import type { AppletInstallation, AppletPort } from './applet-port.ts';
import { type HostConnection, HostProtocol } from './host-protocol.ts';

export const none = new Uint8Array(0);
export const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
/** Actions of a request (reference: request packet). */
export const [GET, POST, PUT, DELETE, EVENT] = [1, 2, 3, 4, 6];

export interface Device {
  readonly router: MessageRouter;
  readonly protocol: HostProtocol;
  readonly installed: AppletInstallation[];
  /** What whoever runs the device is told. */
  readonly lines: string[];
}

/** A device whose port keeps the installations in a list: those that `start` throws for leave it again. */
export function device(
  start: (installation: AppletInstallation) => void | Promise<void> = () => {},
  end: (name: string) => void | Promise<void> = () => {},
): Device {
  const installed: AppletInstallation[] = [];
  const remove = (name: string): void => {
    const at = installed.findIndex((each) => each.name === name);
    if (at >= 0) installed.splice(at, 1);
  };
  const port: AppletPort = {
    install: async (installation) => {
      installed.push(installation);
      try {
        await start(installation);
      } catch (error) {
        remove(installation.name);
        throw error;
      }
    },
    uninstall: async (name) => {
      await end(name);
      remove(name);
    },
    list: () => installed,
  };
  const router = new MessageRouter();
  const lines: string[] = [];
  const protocol = new HostProtocol({ router, port, tell: (line) => lines.push(line) });
  return { router, installed, lines, protocol };
}

export function host({ protocol }: Device) {
  const frames: LinkFrame[] = [];
  const connection = protocol.connect((frame) => frames.push(frame));
  return { frames, connection };
}

export const request = (action: number, url: string, messageId = 7, payload = none): LinkFrame => ({
  type: linkType.request,
  payload: encodeRequest({ action, format: 0, messageId, sender: 0, url, payload }),
});

export const installation = (query: string, messageId = 7, payload = wasm): LinkFrame => ({
  type: linkType.installWasmApp,
  payload: encodeRequest({
    action: PUT,
    format: 98,
    messageId,
    sender: 0,
    url: `/applet?${query}`,
    payload,
  }),
});

/** The answer in a frame: its status, and the attributes that a payload of format 99 has. */
export function answer(frame: LinkFrame | undefined) {
  expect(frame?.type).toBe(linkType.response);
  const response = decodeResponse(frame?.payload ?? none);
  const container = response?.format === 99 ? decodeAttributes(response.payload) : undefined;
  return {
    status: response?.status,
    messageId: response?.messageId,
    tag: container?.tag,
    attributes: container?.attributes.map(({ key, value }) => [key, value.type, value.value]),
  };
}

export async function ask(connection: HostConnection, frames: LinkFrame[], frame: LinkFrame) {
  await connection.receive(frame);
  // The answer to an installation comes a few turns later, when the app has started.
  for (let turn = 0; frames.length === 0 && turn < 10; turn += 1) await Promise.resolve();
  return answer(frames.shift());
}

export const refusal = (text: string) => ({
  status: 160,
  messageId: 7,
  tag: '',
  attributes: [['error message', 'string', text]],
});
export const plain = (status: number) => ({ status, messageId: 7, tag: undefined, attributes: undefined });
