import { PWM_MAX_PERIOD_NS, type PwmChannelRequest } from './contract/pwm.ts';
import { HalError } from './error.ts';

/** Throws HAL_BAD_ARGUMENT for what the contract does not have: the same for every backend, before the hardware is asked. */
export function checkPwmRequest(request: PwmChannelRequest): void {
  const { chip, channel, periodNs, dutyNs = 0, polarity, enabled, safeDutyNs = 0 } = request;
  if (chip !== undefined && (typeof chip !== 'string' || chip === '')) {
    throw badPwm('chip', 'a PWM controller has a name');
  }
  if (!Number.isInteger(channel) || channel < 0) {
    throw badPwm('channel', `a PWM channel is a number from 0, not ${String(channel)}`);
  }
  checkPwmPeriod(periodNs);
  checkPwmDuty('dutyNs', dutyNs, periodNs);
  checkPwmDuty('safeDutyNs', safeDutyNs, periodNs);
  if (![undefined, 'normal', 'inversed'].includes(polarity)) {
    throw badPwm('polarity', `polarity is normal or inversed, not ${String(polarity)}`);
  }
  if (enabled !== undefined && typeof enabled !== 'boolean') {
    throw badPwm('enabled', `enabled is true or false, not ${String(enabled)}`);
  }
}

/** Throws HAL_BAD_ARGUMENT. */
export function checkPwmPeriod(periodNs: number): void {
  if (Number.isInteger(periodNs) && periodNs >= 1 && periodNs <= PWM_MAX_PERIOD_NS) return;
  throw badPwm('periodNs', `a PWM period is 1 to ${PWM_MAX_PERIOD_NS} ns, not ${String(periodNs)}`);
}

/** Throws HAL_BAD_ARGUMENT. */
export function checkPwmDuty(field: 'dutyNs' | 'safeDutyNs', dutyNs: number, periodNs: number): void {
  if (Number.isInteger(dutyNs) && dutyNs >= 0 && dutyNs <= periodNs) return;
  throw badPwm(
    field,
    `${field === 'dutyNs' ? 'the duty' : 'the safe duty'} is 0 to the period of ${periodNs} ns, not ${String(dutyNs)}`,
  );
}

function badPwm(field: string, text: string): HalError {
  return new HalError('HAL_BAD_ARGUMENT', text, { details: { field }, errno: 'EINVAL' });
}
