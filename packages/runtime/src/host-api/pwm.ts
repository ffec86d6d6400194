import { PWM_MAX_PERIOD_NS, type PwmChannelRequest } from '@kanchi/hal';
import { type PwmRequest, pwmPermits, pwmPermitsOpen, pwmRefusal } from '../permission/pwm.ts';
import type { AppContext, AppResource } from './app-context.ts';
import {
  badHandle,
  closeHandle,
  deny,
  fail,
  failFromHal,
  noSuchLabel,
  openHandle,
  readLabel,
} from './call-result.ts';
import type { HostApi } from './host-api.ts';

type PwmResource = Extract<AppResource, { readonly kind: 'pwm' }>;

/** `kanchi_pwm`: channels by label, times in nanoseconds. See docs/host-api/kanchi-pwm.md. */
export const pwmApi: HostApi = {
  module: 'kanchi_pwm',
  signatures: {
    open: '(ii)i',
    set_duty: '(iI)i',
    set_period: '(iII)i',
    enable: '(i)i',
    disable: '(i)i',
    close: '(i)i',
  },
  create(context) {
    return {
      open: (labelPointer: number, labelLength: number): number => open(context, labelPointer, labelLength),

      set_duty: (handle: number, dutyNs: bigint): number => {
        const call = 'kanchi_pwm.set_duty';
        return withChannel(context, call, handle, (resource) => {
          const { periodNs } = resource.setting;
          const wanted = { periodNs, dutyNs: Number(dutyNs) };
          return set(context, call, resource, wanted, () => resource.channel.setDutyNs(wanted.dutyNs));
        });
      },

      set_period: (handle: number, periodNs: bigint, dutyNs: bigint): number => {
        const call = 'kanchi_pwm.set_period';
        return withChannel(context, call, handle, (resource) => {
          const wanted = { periodNs: Number(periodNs), dutyNs: Number(dutyNs) };
          return set(context, call, resource, wanted, () =>
            resource.channel.setPeriod(wanted.periodNs, wanted.dutyNs),
          );
        });
      },

      enable: (handle: number): number => {
        const call = 'kanchi_pwm.enable';
        return withChannel(context, call, handle, (resource) => {
          // The duty that it was opened with was not asked for yet.
          const { label, grant, setting } = resource;
          if (!pwmPermits(grant, setting)) return deny(context, call, pwmRefusal(label, grant, setting));
          return change(context, call, resource, () => resource.channel.enable());
        });
      },

      disable: (handle: number): number => {
        const call = 'kanchi_pwm.disable';
        return withChannel(context, call, handle, (resource) => {
          const { label, grant, setting } = resource;
          if (grant.revocation.revoked) return deny(context, call, pwmRefusal(label, grant, setting));
          return change(context, call, resource, () => resource.channel.disable());
        });
      },

      close: (handle: number): number => closeHandle(context, 'kanchi_pwm.close', 'pwm', handle),
    };
  },
};

function open(context: AppContext, labelPointer: number, labelLength: number): number {
  const call = 'kanchi_pwm.open';
  const label = readLabel(context, call, labelPointer, labelLength);
  const wiring = label === undefined ? undefined : context.board.pwmChannels.get(label);
  if (label === undefined || wiring === undefined) {
    return noSuchLabel(context, call, label, '"pwm.channels"', context.board.pwmChannels.keys());
  }
  const { chip, channel, periodNs, polarity, safeDutyNs } = wiring;
  const grant = context.grants.pwm.get(label);
  if (grant === undefined || !pwmPermitsOpen(grant, periodNs)) {
    return deny(context, call, pwmRefusal(label, grant, { periodNs }));
  }
  const request: PwmChannelRequest = {
    ...(chip === undefined ? {} : { chip }),
    channel,
    consumer: context.appName,
    periodNs,
    polarity,
    ...(safeDutyNs === undefined ? {} : { safeDutyNs }),
  };
  return openHandle(
    context,
    call,
    `pwm channel "${label}"`,
    () => context.hal.openPwmChannel(request),
    (opened) =>
      context.handles.add({
        kind: 'pwm',
        label,
        grant,
        channel: opened,
        setting: { periodNs, dutyNs: 0 },
      }),
  );
}

function withChannel(
  context: AppContext,
  call: string,
  handle: number,
  run: (resource: PwmResource) => number,
): number {
  const resource = context.handles.get('pwm', handle);
  return resource === undefined ? badHandle(context, call, handle) : run(resource);
}

/** Checks what is asked for, then does it. */
function set(
  context: AppContext,
  call: string,
  resource: PwmResource,
  wanted: PwmRequest,
  action: () => void,
): number {
  const { periodNs, dutyNs } = wanted;
  // A number of 64 bits may have lost bits on the way, but none that is within these bounds.
  if (periodNs < 1 || periodNs > PWM_MAX_PERIOD_NS) {
    return fail(context, call, 'bad-argument', `a period is 1 to ${PWM_MAX_PERIOD_NS} ns, not ${periodNs}`);
  }
  if (dutyNs < 0 || dutyNs > periodNs) {
    return fail(
      context,
      call,
      'bad-argument',
      `the duty is 0 to the period of ${periodNs} ns, not ${dutyNs}`,
    );
  }
  const { label, grant } = resource;
  if (!pwmPermits(grant, wanted)) return deny(context, call, pwmRefusal(label, grant, wanted));
  return change(context, call, resource, () => {
    action();
    resource.setting = { periodNs, dutyNs };
  });
}

function change(context: AppContext, call: string, resource: PwmResource, action: () => void): number {
  try {
    action();
    return 0;
  } catch (error) {
    return failFromHal(context, call, `pwm channel "${resource.label}"`, error);
  }
}
