import type { Reply } from '../../../src/prediction/reply.ts';

/** What the caller saw, and how it goes away. */
export interface FakeReply extends Reply {
  status: number | undefined;
  headers: Record<string, string>;
  body: string;
  /** How often a status line was sent: `send` or `begin`. */
  answers: number;
  ends: number;
  /** Takes a part; true while the caller is there. */
  take: (part: string) => Promise<boolean>;
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
