/*
 * The app framework of WAMR, for apps in C11 and C++: what an app includes. Build with
 * `kanchi-build: libc=small library=wamr`; docs/how-to/wamr-apps.md shows how.
 *
 * The host calls the app in turn, never two callbacks at once. What a callback is given belongs to the host and is gone
 * when the callback returns. Objects (timers, sensors, connections, containers) are made with malloc and belong to the
 * app until it destroys or closes them. A call returns NULL, false or -1 when the host refuses, by its permissions or its
 * limits, or when there is no memory.
 *
 * Only what an app uses is linked. An app that brings a dispatcher of its own (on_request, say) must not call what the
 * library dispatches by the same name.
 */
#ifndef WAMR_H
#define WAMR_H

#include "connection.h"
#include "container.h"
#include "imports.h"
#include "limits.h"
#include "message.h"
#include "packet.h"
#include "sensor.h"
#include "timer.h"

#if defined(__cplusplus)
extern "C" {
#endif

/* The app defines this one: called once, first. */
WAMR_EXPORT(on_init) void on_init(void);

/* The app may define this one: called once, last, also when on_init trapped. */
WAMR_EXPORT(on_destroy) void on_destroy(void);

#if defined(__cplusplus)
}
#endif

#endif
