import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** The next message that waits at the port, which its other end knows the kind of; undefined when none does. */
export function takeMessage<Message>(port: MessagePort): Message | undefined {
  return (receiveMessageOnPort(port) as { readonly message: Message } | undefined)?.message;
}
