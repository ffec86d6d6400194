import type { NetworkFault } from './network.ts';

/** What the code of a fault means, and what to do. */
const knownFaults: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start the server, or correct the port',
  ETIMEDOUT: 'no answer came; is the machine on and reachable, and does a firewall let this through?',
  EHOSTUNREACH: 'the machine cannot be reached; check its address and the network of this board',
  ENETUNREACH: 'there is no way to that network; check the network of this board',
  ENOTFOUND: 'the name is not known; correct it, or check the name server of this board',
  EAI_AGAIN: 'the name server does not answer; check the network of this board',
  EADDRINUSE: 'another program has that port; end it, or use another port',
  EACCES: 'the system forbids it; ports below 1024 need a privilege',
  EPERM: 'the system forbids it, as a firewall does',
  ECONNRESET: 'the far end broke it off; its own log may say why',
  EPIPE: 'the far end broke it off; its own log may say why',
  EMFILE: 'this process has too many files open; close connections of other apps',
  EAFNOSUPPORT: 'UDP sends to IPv4 addresses only; give one, or a name that has one',
  EMSGSIZE: 'the datagram is longer than the network takes; send less at a time',
};

/** One line for whoever runs the board: which app, what, why, and what to do. */
export function connectionFaultText(appName: string, what: string, fault: NetworkFault): string {
  const meaning = Object.hasOwn(knownFaults, fault.code) ? knownFaults[fault.code] : fault.message;
  return `app "${appName}": ${what}: ${meaning} (${fault.code})`;
}
