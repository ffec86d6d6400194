import type { PwmChannel, PwmChannelRequest, PwmPolarity, PwmState } from '../contract/pwm.ts';
import type { RemoteConnection } from './remote-handle.ts';
import { RemoteHandle } from './remote-handle.ts';

export class RemotePwmChannel extends RemoteHandle implements PwmChannel {
  readonly channel: number;
  readonly polarity: PwmPolarity;

  constructor(connection: RemoteConnection, request: PwmChannelRequest) {
    super(connection, `pwm channel ${request.channel} (${request.consumer})`);
    this.channel = request.channel;
    this.polarity = request.polarity ?? 'normal';
  }

  state(): PwmState {
    this.checkOpen();
    const { caller } = this.connection;
    caller.call('pwmState', this.number);
    const [periodNs, dutyNs, enabled] = caller.views.values as unknown as [number, number, number];
    return { periodNs, dutyNs, enabled: enabled === 1 };
  }

  setDutyNs(dutyNs: number): void {
    this.checkOpen();
    this.connection.caller.call('pwmDuty', this.number, 0, dutyNs);
  }

  setPeriod(periodNs: number, dutyNs: number): void {
    this.checkOpen();
    this.connection.caller.call('pwmPeriod', this.number, 0, periodNs, dutyNs);
  }

  enable(): void {
    this.checkOpen();
    this.connection.caller.call('pwmSwitch', this.number, 0, 1);
  }

  disable(): void {
    this.checkOpen();
    this.connection.caller.call('pwmSwitch', this.number, 0, 0);
  }
}
