import { observed } from './access.ts';
import type { MessageAction, MessageGrant, Refusal } from './grant.ts';
import { MAX_TOPIC_LENGTH } from './limits.ts';
import { TOPIC_PATTERN } from './service-names.ts';

export const messageActionNames: readonly MessageAction[] = ['request', 'register', 'publish', 'subscribe'];

/** The one check for requests and events between apps. `topic` is the path as the app gave it. */
export function messagePermits(
  grant: MessageGrant | undefined,
  action: MessageAction,
  topic: string,
): boolean {
  return (
    grant !== undefined &&
    ((!grant.revocation.revoked &&
      grant.topics[action].some((pattern) => matches(pattern, topic)) &&
      !grant.deniedTopics[action].some((pattern) => matches(pattern, topic))) ||
      observed(grant, { kind: 'message', action, topic }))
  );
}

/** Whether a pattern stands for everything that another stands for. */
export function patternCovers(pattern: string, other: string): boolean {
  return other.endsWith('*') && !pattern.endsWith('*') ? false : matches(pattern, other.replace(/\*$/u, ''));
}

function matches(pattern: string, topic: string): boolean {
  const wanted = normalTopic(pattern);
  const asked = normalTopic(topic);
  return wanted.endsWith('*') ? asked.startsWith(wanted.slice(0, -1)) : asked === wanted;
}

/** A leading slash makes no difference to where a request goes (WAMR), so it makes none to whether it may. */
export function normalTopic(topic: string): string {
  return topic.startsWith('/') ? topic : `/${topic}`;
}

export function messageRefusal(
  grant: MessageGrant | undefined,
  action: MessageAction,
  topic: string,
): Refusal {
  const denied = grant?.deniedTopics[action].some((pattern) => matches(pattern, topic)) ?? false;
  const pattern = leastPattern(topic);
  return {
    kind: 'message',
    label: 'message',
    resource: `${action} of "${topic}"`,
    rule: ruleOf(grant, action, denied),
    manifestLine:
      denied || grant?.revocation.revoked === true || pattern === undefined
        ? undefined
        : JSON.stringify({ kind: 'message', actions: [action], topics: [pattern] }),
    under: ({ message }) =>
      messagePermits(message, action, topic) ? undefined : messageRefusal(message, action, topic),
  };
}

function ruleOf(grant: MessageGrant | undefined, action: MessageAction, denied: boolean): string {
  if (grant?.revocation.revoked === true) return 'the permission was revoked';
  if (denied) return 'a "deny" entry of the manifest takes this topic';
  const isEmpty = grant === undefined || messageActionNames.every((name) => grant.topics[name].length === 0);
  return isEmpty
    ? 'no "message" permission'
    : `the "message" permission does not include "${action}" of this topic`;
}

/** A permission cannot say "*" but at its end, where it is a prefix. Undefined when no permission can name the topic. */
export function leastPattern(topic: string): string | undefined {
  const star = topic.indexOf('*');
  const pattern = star < 0 ? topic : topic.slice(0, star + 1);
  return TOPIC_PATTERN.test(pattern) && pattern.length <= MAX_TOPIC_LENGTH ? pattern : undefined;
}
