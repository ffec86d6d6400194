import type { I2cBus, I2cBusRequest, I2cCapabilities, I2cOperation } from '../contract/i2c.ts';
import { HalError } from '../error.ts';
import { decodeJson } from './protocol.ts';
import type { RemoteConnection } from './remote-handle.ts';
import { RemoteHandle } from './remote-handle.ts';
import { encodeOperations, longestOperation, takeReadBytes } from './transaction-codec.ts';

export class RemoteI2cBus extends RemoteHandle implements I2cBus {
  readonly bus: number;
  readonly capabilities: I2cCapabilities;
  lastTransactionNs: number | undefined;

  constructor(connection: RemoteConnection, request: I2cBusRequest) {
    super(connection, `i2c bus ${request.bus} (${request.consumer})`);
    const { caller } = connection;
    const { capabilities } = decodeJson(caller.responseBytes) as { capabilities: I2cCapabilities };
    this.bus = request.bus;
    const maxOperationBytes = Math.min(
      capabilities.maxOperationBytes,
      longestOperation(caller.views.payload.length),
    );
    this.capabilities = { ...capabilities, maxOperationBytes };
  }

  transaction(address: number, operations: readonly I2cOperation[]): void {
    this.checkOpen();
    const { caller } = this.connection;
    checkOperationCount(operations.length, this.capabilities.maxOperations);
    caller.claim();
    const length = encodeOperations(caller.views.payload, operations);
    this.lastTransactionNs = undefined;
    try {
      caller.call('i2cTransaction', this.number, length, address);
    } finally {
      this.lastTransactionNs = caller.transactionNs;
    }
    takeReadBytes(caller.views.payload, operations);
  }
}

/** Checked here too: too many operations must be told as such, not as too long for the channel. */
export function checkOperationCount(count: number, maxOperations: number): void {
  if (count > maxOperations) {
    throw new HalError(
      'HAL_BAD_ARGUMENT',
      `a transaction has at most ${maxOperations} operations, not ${count}`,
      { details: { limit: 'maxOperations', value: maxOperations } },
    );
  }
}
