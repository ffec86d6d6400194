import { type AttributeContainer, encodeAttributes } from '../wamr-framework/attribute-container.ts';
import { HOST_ID, payloadFormat, type ResponsePacket, responseStatus } from '../wamr-framework/packet.ts';
import type { InstalledApplet } from './applet-port.ts';
import { MAX_ERROR_TEXT_LENGTH } from './limits.ts';

/** Texts of refusals, as hosts that were written for WAMR show them (reference: app manager protocol). */
export const refusalText = {
  tooManyApps: 'Install Applet failed: exceed max app installations.',
  badPayload: 'Install Applet failed: invalid payload.',
  installedAlready: 'Install WASM app failed: app already installed.',
  badNameToInstall: 'Install WASM app failed: invalid app name.',
  badNameToUninstall: 'Uninstall WASM app failed: invalid app name.',
  nothingToUninstall: 'Uninstall WASM app failed: no app found.',
  nothingToQuery: 'Query Applet failed: the app is not found.',
  badModuleType: 'Applet Management failed: invalid module type.',
  badAction: 'Invalid request of applet: invalid action',
  badEventRequest: 'Handle event request failed.',
  unknownApp: 'Send request to applet failed: invalid applet name',
} as const;

export type Reply = Omit<ResponsePacket, 'messageId' | 'receiver'>;

/** A reply that is its status. */
export function plainReply(status: number): Reply {
  return { status, format: payloadFormat.none, payload: new Uint8Array(0) };
}

/** 160 with its text. */
export function refusalReply(text: string): Reply {
  const shown = text.replaceAll('\0', ' ').slice(0, MAX_ERROR_TEXT_LENGTH);
  return containerReply(responseStatus.internalError, {
    tag: '',
    attributes: [{ key: 'error message', value: { type: 'string', value: shown } }],
  });
}

/** All apps, newest first. */
export function listReply(applets: readonly InstalledApplet[]): Reply {
  return containerReply(responseStatus.content, appletList('Applets Info', applets));
}

/** One app. */
export function appletReply({ name, heapBytes }: InstalledApplet): Reply {
  return containerReply(responseStatus.content, {
    tag: 'Applets Info',
    attributes: [
      { key: 'name', value: { type: 'string', value: name } },
      { key: 'heap', value: { type: 'int32', value: heapBytes } },
    ],
  });
}

/** The number of apps, then a name and a heap for each, numbered from 1, the newest first. `applets`: oldest first. */
export function appletList(tag: string, applets: readonly InstalledApplet[]): AttributeContainer {
  return {
    tag,
    attributes: [
      { key: 'num', value: { type: 'int32', value: applets.length } },
      ...applets.toReversed().flatMap(
        ({ name, heapBytes }, index) =>
          [
            { key: `applet${index + 1}`, value: { type: 'string', value: name } },
            { key: `heap${index + 1}`, value: { type: 'int32', value: heapBytes } },
          ] as const,
      ),
    ],
  };
}

/** The packet that answers a host's request. */
export function answering(messageId: number, reply: Reply): ResponsePacket {
  return { ...reply, messageId, receiver: HOST_ID };
}

function containerReply(status: number, container: AttributeContainer): Reply {
  return { status, format: payloadFormat.attributeContainer, payload: encodeAttributes(container) };
}
