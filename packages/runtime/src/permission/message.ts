import type { MessageAction, MessageGrant, Refusal } from './grant.ts';

export const messageActionNames: readonly MessageAction[] = ['request', 'register', 'publish', 'subscribe'];

/** The one check for requests and events between apps. `topic` is the path as the app gave it. */
export function messagePermits(
  grant: MessageGrant | undefined,
  action: MessageAction,
  topic: string,
): boolean {
  return (
    grant !== undefined &&
    !grant.revoked &&
    grant.topics[action].some((pattern) => matches(pattern, topic)) &&
    !grant.deniedTopics[action].some((pattern) => matches(pattern, topic))
  );
}

function matches(pattern: string, topic: string): boolean {
  const wanted = normal(pattern);
  const asked = normal(topic);
  return wanted.endsWith('*') ? asked.startsWith(wanted.slice(0, -1)) : asked === wanted;
}

/** A leading slash makes no difference to where a request goes (WAMR), so it makes none to whether it may. */
function normal(topic: string): string {
  return topic.startsWith('/') ? topic : `/${topic}`;
}

export function messageRefusal(
  grant: MessageGrant | undefined,
  action: MessageAction,
  topic: string,
): Refusal {
  const denied = grant?.deniedTopics[action].some((pattern) => matches(pattern, topic)) ?? false;
  return {
    kind: 'message',
    label: 'message',
    resource: `${action} of "${topic}"`,
    rule:
      grant === undefined
        ? 'no "message" permission'
        : grant.revoked
          ? 'the permission was revoked'
          : denied
            ? 'a "deny" entry of the manifest takes this topic'
            : `the "message" permission does not include "${action}" of this topic`,
    manifestLine:
      denied || grant?.revoked === true
        ? undefined
        : JSON.stringify({ kind: 'message', actions: [action], topics: [topic] }),
  };
}
