import type { MmioWidth, MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import { decodeJson } from './protocol.ts';
import type { RemoteConnection } from './remote-handle.ts';
import { RemoteHandle } from './remote-handle.ts';

export class RemoteMmioWindow extends RemoteHandle implements MmioWindow {
  readonly byteLength: number;
  readonly widths: readonly MmioWidth[];

  constructor(connection: RemoteConnection, request: MmioWindowRequest) {
    super(connection, `mmio window ${request.device}+${request.base} (${request.consumer})`);
    const { byteLength, widths } = decodeJson(connection.caller.responseBytes) as {
      byteLength: number;
      widths: readonly MmioWidth[];
    };
    this.byteLength = byteLength;
    this.widths = widths;
  }

  read(offset: number, width: MmioWidth): number {
    this.checkOpen();
    const { caller } = this.connection;
    caller.call('mmioRead', this.number, 0, offset, width);
    return caller.result;
  }

  write(offset: number, width: MmioWidth, value: number): void {
    this.checkOpen();
    this.connection.caller.call('mmioWrite', this.number, 0, offset, width, value);
  }

  modify(offset: number, width: MmioWidth, mask: number, value: number): void {
    this.checkOpen();
    this.connection.caller.call('mmioModify', this.number, 0, offset, width, mask, value);
  }
}
