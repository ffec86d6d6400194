import type { AppConnections } from '@kanchi/sensor-framework/wamr';

/** The network of an app in virtual time: none. That is told once, for the first connection that the app asks for. */
export function noConnections(appName: string, tell: (line: string) => void): AppConnections {
  let isTold = false;
  const refuse = (what: string): number => {
    if (!isTold) {
      tell(
        `app "${appName}": ${what} refused: there is no network in virtual time; run without --execution inline`,
      );
    }
    isTold = true;
    return -1;
  };
  return {
    openTcp: (host, port) => refuse(`tcp connection to ${host} port ${port}`),
    openUdp: (port) => refuse(`udp port ${port}`),
    setRemote: () => false,
    send: () => -1,
    close: () => {},
    collect: () => [],
    closeAll: () => {},
  };
}
