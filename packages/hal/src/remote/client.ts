// What the thread of an app needs to call the hardware of a broker, and no more: it is loaded anew with each thread.
export { DOORBELL_NOTE_OFFSET } from './channel.ts';
export { RemoteClock } from './remote-clock.ts';
export { RemoteHal } from './remote-hal.ts';
export { RoutedHal } from './routed-hal.ts';
