import type { Reply } from '../../../src/prediction/reply.ts';

/** A reply that keeps the answer as its caller got it, and can lose its caller. */
export interface FakeReply extends Reply {
  status: number | undefined;
  headers: Record<string, string>;
  body: string;
  /** The number of status lines that were sent, by `send` or `begin`. */
  answers: number;
  /** The number of times that the answer was ended. */
  ends: number;
  /** Takes a part; true while the caller is there. */
  take: (part: string) => Promise<boolean>;
  /** Has the caller go away. */
  leave: () => void;
}

export function createReply(): FakeReply {
  const over = Promise.withResolvers<boolean>();
  const reply: FakeReply = {
    status: undefined,
    headers: {},
    body: '',
    answers: 0,
    ends: 0,
    take: () => Promise.resolve(true),
    leave: () => undefined,
    send(status, headers, body) {
      reply.begin(status, headers);
      reply.body += Buffer.from(body as Uint8Array).toString();
      reply.ends += 1;
      over.resolve(true);
    },
    begin(status, headers) {
      reply.answers += 1;
      Object.assign(reply, { status, headers });
    },
    write(part) {
      const text = Buffer.from(part as Uint8Array).toString();
      reply.body += text;
      return reply.take(text);
    },
    end() {
      reply.ends += 1;
      over.resolve(true);
    },
    over: over.promise,
    abandon() {
      over.resolve(false);
    },
    onGone(callback) {
      reply.leave = () => {
        over.resolve(false);
        callback();
      };
    },
  };
  return reply;
}
