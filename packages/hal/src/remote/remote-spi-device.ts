import type { SpiCapabilities, SpiDevice, SpiDeviceRequest, SpiOperation } from '../contract/spi.ts';
import { decodeJson } from './protocol.ts';
import type { RemoteConnection } from './remote-handle.ts';
import { RemoteHandle } from './remote-handle.ts';
import { checkOperationCount } from './remote-i2c-bus.ts';
import { encodeOperations, longestOperation, takeReadBytes } from './transaction-codec.ts';

export class RemoteSpiDevice extends RemoteHandle implements SpiDevice {
  readonly capabilities: SpiCapabilities;
  lastTransactionNs: number | undefined;

  constructor(connection: RemoteConnection, request: SpiDeviceRequest) {
    super(connection, `spi device ${request.bus}.${request.chipSelect} (${request.consumer})`);
    const { caller } = connection;
    const { capabilities } = decodeJson(caller.responseBytes) as { capabilities: SpiCapabilities };
    const maxTransactionBytes = Math.min(
      capabilities.maxTransactionBytes,
      longestOperation(caller.views.payload.length),
    );
    this.capabilities = { ...capabilities, maxTransactionBytes };
  }

  transaction(operations: readonly SpiOperation[]): void {
    this.checkOpen();
    const { caller } = this.connection;
    checkOperationCount(operations.length, this.capabilities.maxOperations);
    caller.claim();
    const length = encodeOperations(caller.views.payload, operations);
    this.lastTransactionNs = undefined;
    try {
      caller.call('spiTransaction', this.number, length);
    } finally {
      this.lastTransactionNs = caller.transactionNs;
    }
    takeReadBytes(caller.views.payload, operations);
  }
}
