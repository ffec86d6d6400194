import type { MmioWidth, MmioWindowRequest } from '@kanchi/hal';
import { errorNumber } from '../guest/error-number.ts';
import { type MmioAccess, mmioPermits, mmioPermitsOpen, mmioRefusal } from '../permission/mmio.ts';
import type { AppContext } from './app-context.ts';
import {
  badHandle,
  closeHandle,
  deny,
  failFromHal,
  noSuchLabel,
  openHandle,
  readLabel,
} from './call-result.ts';
import type { HostApi, HostFunction } from './host-api.ts';

const widths: readonly MmioWidth[] = [8, 16, 32];

/** `kanchi_mmio`: register windows by label. See docs/host-api/kanchi-mmio.md. */
export const mmioApi: HostApi = {
  module: 'kanchi_mmio',
  signatures: {
    open: '(ii)i',
    read8: '(ii)I',
    read16: '(ii)I',
    read32: '(ii)I',
    write8: '(iii)i',
    write16: '(iii)i',
    write32: '(iii)i',
    modify8: '(iiii)i',
    modify16: '(iiii)i',
    modify32: '(iiii)i',
    close: '(i)i',
  },
  create(context) {
    const functions: Record<string, HostFunction> = {
      open: (labelPointer: number, labelLength: number): number => open(context, labelPointer, labelLength),
      close: (handle: number): number => closeHandle(context, 'kanchi_mmio.close', 'mmio', handle),
    };
    for (const width of widths) {
      functions[`read${width}`] = (handle: number, offset: number): bigint =>
        BigInt(
          access(context, `kanchi_mmio.read${width}`, handle, {
            operation: 'read',
            offset: offset >>> 0,
            width,
          }),
        );
      functions[`write${width}`] = (handle: number, offset: number, value: number): number =>
        access(context, `kanchi_mmio.write${width}`, handle, {
          operation: 'write',
          offset: offset >>> 0,
          width,
          value: lowBits(value, width),
        });
      functions[`modify${width}`] = (handle: number, offset: number, mask: number, value: number): number =>
        access(context, `kanchi_mmio.modify${width}`, handle, {
          operation: 'modify',
          offset: offset >>> 0,
          width,
          mask: lowBits(mask, width),
          value: lowBits(value, width),
        });
    }
    return functions;
  },
};

/** The unsigned number in the low bits: what a register of that width keeps. */
function lowBits(value: number, width: MmioWidth): number {
  return width === 32 ? value >>> 0 : value & (2 ** width - 1);
}

function open(context: AppContext, labelPointer: number, labelLength: number): number {
  const call = 'kanchi_mmio.open';
  const label = readLabel(context, call, labelPointer, labelLength);
  const wiring = label === undefined ? undefined : context.board.mmioWindows.get(label);
  if (label === undefined || wiring === undefined) {
    return noSuchLabel(context, call, label, '"mmio"', context.board.mmioWindows.keys());
  }
  const grant = context.grants.mmio.get(label);
  if (grant === undefined || !mmioPermitsOpen(grant)) {
    return deny(context, call, mmioRefusal(label, grant, { operation: 'read', offset: 0, width: 32 }));
  }
  const request: MmioWindowRequest = {
    device: wiring.device,
    base: wiring.base,
    byteLength: wiring.byteLength,
    consumer: context.appName,
  };
  return openHandle(
    context,
    call,
    `mmio "${label}"`,
    () => context.hal.openMmioWindow(request),
    (window) => context.handles.add({ kind: 'mmio', label, grant, window }),
  );
}

/** One access: the value read (unsigned), 0, or a negative error number. */
function access(context: AppContext, call: string, handle: number, request: MmioAccess): number {
  const resource = context.handles.get('mmio', handle);
  if (resource === undefined) {
    return badHandle(context, call, handle);
  }
  const { grant, label, window } = resource;
  if (!mmioPermits(grant, request)) {
    return deny(context, call, mmioRefusal(label, grant, request));
  }
  try {
    switch (request.operation) {
      case 'read':
        return window.read(request.offset, request.width);
      case 'write':
        window.write(request.offset, request.width, request.value);
        return 0;
      case 'modify':
        window.modify(request.offset, request.width, request.mask, request.value);
        return 0;
    }
  } catch (error) {
    return failFromHal(context, call, `mmio "${label}" offset 0x${request.offset.toString(16)}`, error);
  }
  return errorNumber.other;
}
