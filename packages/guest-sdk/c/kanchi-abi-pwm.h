/*
 * Kanchi for C and C++: the imports of the module kanchi_pwm. Included by kanchi-abi.h, which says the rules.
 */
#ifndef KANCHI_ABI_PWM_H
#define KANCHI_ABI_PWM_H

#include "kanchi-abi.h"

#if defined(__cplusplus)
extern "C" {
#endif

/* ---- kanchi_pwm: PWM outputs by label ---- */

/* Opens a channel at the period of the board file, with duty 0 and switched off. When the app ends, the output
 * is switched off or has the safe duty of the board file. */
KANCHI_IMPORT(kanchi_pwm, open) int32_t kanchi_pwm_open(const char *label, uint32_t label_len);

/* Sets the active time of each period, also while the output is off.
 * duty_ns: active time of each period, 0 to the period. */
KANCHI_IMPORT(kanchi_pwm, set_duty) int32_t kanchi_pwm_set_duty(int32_t handle, int64_t duty_ns);

/* Sets the period and the active time in it. While the output runs, one period in between may have the old
 * value of one of them.
 * period_ns: the period, 1 to 4294967295.
 * duty_ns: active time of each period, 0 to the period. */
KANCHI_IMPORT(kanchi_pwm, set_period)
int32_t kanchi_pwm_set_period(int32_t handle, int64_t period_ns, int64_t duty_ns);

/* Lets the output run. The duty that it has must be granted: set it first. */
KANCHI_IMPORT(kanchi_pwm, enable) int32_t kanchi_pwm_enable(int32_t handle);

/* Stops the output; period and duty are kept. Which level the pin has then is the controller's affair; duty 0
 * says it. */
KANCHI_IMPORT(kanchi_pwm, disable) int32_t kanchi_pwm_disable(int32_t handle);

/* Closes the channel, which is switched off or has its safe duty then. Closing it again is no error. */
KANCHI_IMPORT(kanchi_pwm, close) int32_t kanchi_pwm_close(int32_t handle);

#if defined(__cplusplus)
}
#endif

#endif
