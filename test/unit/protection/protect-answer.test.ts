import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { Finding } from '../../../src/prediction/finding.ts';
import type { Answer, Framing, WholeAnswer } from '../../../src/prediction/answer.ts';
import type { DirectionPlan, Medium, ProtectionAction } from '../../../src/governance/protection-plan.ts';
import { readJsonAtOnce } from '../../../src/json/read-json.ts';
import { createProtection } from '../../../src/protection/create-protection.ts';
import { fakeDetectors } from './fake-detectors.ts';
import { CIRCUMSTANCES, NO_SERVICES } from './fake-services.ts';

type Actions = Readonly<Record<string, ProtectionAction>>;

const RULE = { id: 'answers', reason: 'Answers have no such values.' };
const EMAIL = 'ada@example.com';
const CARD = '4111111111111111';

function planOf(actions: Actions, media: readonly Medium[] = []): DirectionPlan {
  return {
    kinds: new Map(Object.entries(actions).map(([kind, action]) => [kind, { action, rule: RULE }])),
    refusedMedia: new Map(media.map((medium) => [medium, RULE])),
    services: [],
  };
}

/** Protects answers to a request whose texts leave as the rules for requests say. */
async function answering(
  response: Actions | undefined,
  sent: readonly string[] = [],
  media: readonly Medium[] = [],
) {
  const findings: Finding[] = [];
  const protection = createProtection(fakeDetectors().create, NO_SERVICES).begin(
    {
      request: sent.length > 0 ? planOf({ email: 'restore', 'payment-card': 'restore' }) : undefined,
      response: response && planOf(response, media),
    },
    (finding) => findings.push(finding),
    CIRCUMSTANCES,
  );
  const body = Buffer.from(JSON.stringify({ messages: sent.map((content) => ({ content })) }));
  await protection.protectRequest({
    body,
    json: readJsonAtOnce(body),
    contentType: null,
    query: new URLSearchParams(),
  });
  findings.length = 0;
  const protect = protection.protectAnswer;
  return { protect, findings };
}

function whole(body: unknown, contentType = 'application/json'): WholeAnswer {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { kind: 'whole', contentType, body: bytes, facts: { usage: {} } };
}

async function readWhole(
  body: unknown,
  response: Actions | undefined,
  sent?: readonly string[],
  contentType?: string,
) {
  const { protect, findings } = await answering(response, sent);
  const answer = await protect?.(whole(body, contentType));
  if (answer?.kind !== 'whole') throw new Error('the answer is not whole');
  return { text: Buffer.from(answer.body).toString(), findings };
}

/** Reads a stream whose parts hold whole events, as those of Vertex AI do. */
async function readStream(
  parts: readonly (string | Buffer)[],
  response: Actions | undefined,
  sent: readonly string[] = [],
  framing: Framing = 'sse',
  contentType = framing === 'sse' ? 'text/event-stream' : 'application/json',
) {
  const { protect, findings } = await answering(response, sent);
  async function* read() {
    for (const part of parts) yield await Promise.resolve(Buffer.from(part));
  }
  const stream: Answer = {
    kind: 'stream',
    contentType,
    framing,
    parts: read(),
    facts: () => ({ usage: {} }),
  };
  const answer = await protect?.(stream);
  if (answer?.kind !== 'stream') throw new Error('the answer is no stream');
  const out: string[] = [];
  try {
    for await (const part of answer.parts) out.push(Buffer.from(part).toString());
    return { parts: out, text: out.join(''), findings, error: undefined };
  } catch (error) {
    return { parts: out, text: out.join(''), findings, error };
  }
}

/** The members of events that these tests read. */
interface StreamEvent {
  readonly candidates?: readonly {
    readonly index?: number;
    readonly content?: {
      readonly parts?: readonly {
        readonly text?: string;
        readonly functionCall?: { readonly partialArgs?: readonly { readonly stringValue?: string }[] };
      }[];
    };
  }[];
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string;
      readonly tool_calls?: readonly { readonly function?: { readonly arguments?: string } }[];
    };
  }[];
  readonly delta?: { readonly text?: string; readonly partial_json?: string };
}

/** Joins the texts of a stream's events as its clients do. */
function textOf(stream: string, read: (event: StreamEvent) => string | undefined): string {
  return [...stream.matchAll(/^data: ?(\{.*\})\r?$/gm)]
    .map(([, data = '']) => read(JSON.parse(data) as StreamEvent) ?? '')
    .join('');
}

const gemini = {
  event: (text: string, more: object = {}) =>
    sse({ candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more }] }),
  end: sse({ candidates: [{ finishReason: 'STOP' }], usageMetadata: { totalTokenCount: 3 } }),
  read: (event: StreamEvent) =>
    event.candidates?.[0]?.content?.parts?.map((part) => part.text ?? '').join(''),
};
const claude = {
  event: (text: string) =>
    sse(
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
      'content_block_delta',
    ),
  end:
    sse({ type: 'content_block_stop', index: 0 }, 'content_block_stop') +
    sse({ type: 'message_stop' }, 'message_stop'),
  read: (event: StreamEvent) => event.delta?.text,
};
const chat = {
  event: (content: string) =>
    sse({ id: 'chatcmpl-1', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
  end:
    sse({ id: 'chatcmpl-1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }) + 'data: [DONE]\n\n',
  read: (event: StreamEvent) => event.choices?.[0]?.delta?.content,
};
const FORMATS = { gemini, claude, chat };

function sse(data: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** All ways to cut a text in two, and one by one. */
function cuts(text: string): string[][] {
  const halves = Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)]);
  return [...halves, Array.from({ length: text.length }, (_, at) => text.charAt(at))];
}

test('an answer of a call without rules for it, and without values to restore, is not touched', async () => {
  const { protect } = await answering(undefined, ['nothing here']);
  expect(protect).toBeUndefined();
});

test('a whole answer is redacted at any depth, JSON in its texts included', async () => {
  const answer = {
    candidates: [
      {
        content: {
          parts: [
            { text: `To ${EMAIL}` },
            { functionCall: { name: 'f', args: { to: EMAIL, n: Number(CARD) } } },
          ],
        },
      },
    ],
    choices: [
      {
        message: {
          tool_calls: [
            { id: 'call_1', function: { name: 'f', arguments: `{"to":"ada\\u0040example.com"}` } },
          ],
        },
      },
    ],
  };
  const { text, findings } = await readWhole(answer, { email: 'redact', 'payment-card': 'redact' });
  expect(JSON.parse(text)).toEqual({
    candidates: [
      {
        content: {
          parts: [
            { text: 'To [EMAIL_1]' },
            { functionCall: { name: 'f', args: { to: '[EMAIL_1]', n: '[PAYMENT_CARD_1]' } } },
          ],
        },
      },
    ],
    choices: [
      {
        message: { tool_calls: [{ id: 'call_1', function: { name: 'f', arguments: '{"to":"[EMAIL_1]"}' } }] },
      },
    ],
  });
  expect(findings).toHaveLength(4);
  expect(findings[0]).toEqual({
    kind: 'email',
    direction: 'response',
    action: 'redact',
    detector: 'email-pattern',
    count: 1,
  });
});

test('a whole answer without a value stays the same bytes', async () => {
  const body = '{ "predictions" : [ {"text":"caf\\u00e9", "score": 0.10} ] }';
  expect((await readWhole(body, { email: 'redact' })).text).toBe(body);
});

test('a whole answer gets back the caller’s own values, escaped where its text is JSON', async () => {
  const sent = [`I am ${EMAIL}`];
  const answer = {
    choices: [
      {
        message: {
          content: 'Dear [EMAIL_1], [EMAIL_2]',
          tool_calls: [{ function: { arguments: '{"to":"[EMAIL_1]"}' } }],
        },
      },
    ],
  };
  expect(JSON.parse((await readWhole(answer, undefined, sent)).text)).toEqual({
    choices: [
      {
        message: {
          content: `Dear ${EMAIL}, [EMAIL_2]`,
          tool_calls: [{ function: { arguments: `{"to":"${EMAIL}"}` } }],
        },
      },
    ],
  });
});

test('a value that is restored is not redacted by the rules for answers, and another is', async () => {
  const answer = { text: `[EMAIL_1] wrote to bob@example.com` };
  const { text } = await readWhole(answer, { email: 'redact' }, [`I am ${EMAIL}`]);
  expect(JSON.parse(text)).toEqual({ text: `${EMAIL} wrote to [EMAIL_2]` });
});

test('a placeholder that the caller has written stays in the answer', async () => {
  const answer = { text: '[EMAIL_1] and [EMAIL_2]' };
  const { text } = await readWhole(answer, undefined, [`[EMAIL_1] is ${EMAIL}`]);
  expect(JSON.parse(text)).toEqual({ text: `[EMAIL_1] and ${EMAIL}` });
});

test('a whole answer with a value to block is held back', async () => {
  const { protect } = await answering({ email: 'block' });
  await expect(
    protect?.(whole({ candidates: [{ content: { parts: [{ text: EMAIL }] } }] })),
  ).rejects.toMatchObject({
    code: 'CONTENT_BLOCKED',
    message:
      'The answer is held back, because of what it contains: candidates[0].content.parts[0].text holds an e-mail address (email), which is blocked by the rule answers: Answers have no such values.',
  });
});

test('probabilities of tokens, which tell a text again, are left out where values are replaced', async () => {
  const answer = {
    choices: [{ message: { content: 'x' }, logprobs: { content: [{ token: 'ada' }, { token: '@' }] } }],
  };
  expect(JSON.parse((await readWhole(answer, { email: 'redact' })).text)).toMatchObject({
    choices: [{ logprobs: null }],
  });
  expect(JSON.parse((await readWhole(answer, { email: 'allow' })).text)).toEqual(answer);
});

test('a text answer of a container is inspected, and a compressed one is held back', async () => {
  expect((await readWhole(`It is ${EMAIL}.`, { email: 'redact' }, [], 'text/plain')).text).toBe(
    'It is [EMAIL_1].',
  );
  const { protect } = await answering({ email: 'redact' });
  const compressed = { ...whole('x'), headers: { 'content-encoding': 'gzip' } };
  await expect(protect?.(compressed)).rejects.toMatchObject({ code: 'CONTENT_BLOCKED' });
});

test('events that came although no stream was asked for are inspected as a stream', async () => {
  const body = chat.event('ada@exam') + chat.event('ple.com') + chat.end;
  const { text } = await readWhole(body, { email: 'redact' }, [], 'text/event-stream');
  expect(textOf(text, chat.read)).toBe('[EMAIL_1]');
});

describe.each(Object.entries(FORMATS))('a stream of %s', (_, { event, end, read }) => {
  test('without a value stays the same bytes', async () => {
    const parts = [event('Hello '), event('there.\n'), end];
    expect((await readStream(parts, { email: 'redact' })).parts.join('')).toBe(parts.join(''));
  });

  test('is redacted wherever its text is cut', async () => {
    const whole = `To ${EMAIL} and ${CARD} é😀 end`;
    for (const pieces of cuts(whole)) {
      const { text, findings } = await readStream([...pieces.map((piece) => event(piece)), end], {
        email: 'redact',
        'payment-card': 'redact',
      });
      expect(textOf(text, read)).toBe('To [EMAIL_1] and [PAYMENT_CARD_1] é😀 end');
      expect(findings).toHaveLength(2);
    }
  });

  test('gets back the caller’s own values wherever a placeholder is cut', async () => {
    for (const pieces of cuts('Dear [EMAIL_1], not [EMAIL_9] [x')) {
      const { text } = await readStream([...pieces.map((piece) => event(piece)), end], undefined, [
        `I am ${EMAIL}`,
      ]);
      expect(textOf(text, read)).toBe(`Dear ${EMAIL}, not [EMAIL_9] [x`);
    }
  });

  test('is the same however events share parts', async () => {
    const events = [event('a ada@exa'), event('mple.com '), event('b'), end];
    const { text } = await readStream([events.join('')], { email: 'redact' });
    expect(textOf(text, read)).toBe('a [EMAIL_1] b');
  });

  test('ends where a value to block comes, and the text before it has gone out', async () => {
    const { text, error, findings } = await readStream(
      [event('Hello '), event('ada@exam'), event('ple.com '), end],
      { email: 'block' },
    );
    expect(error).toMatchObject({ code: 'CONTENT_BLOCKED' });
    expect(textOf(text, read)).toBe('Hello ');
    expect(findings).toMatchObject([{ action: 'block', direction: 'response' }]);
  });

  test('holds back only the end that may change', async () => {
    const { parts } = await readStream([event('One two ada'), event('@example.com three '), end], {
      email: 'redact',
    });
    expect(textOf(parts[0] ?? '', read)).toBe('One two ');
    expect(textOf(parts[1] ?? '', read)).toBe('[EMAIL_1] three ');
  });
});

test('the rest of a text goes out before the event that ends it', async () => {
  const claudeStream = await readStream([claude.event('by ada@example.com'), claude.end], {
    email: 'redact',
  });
  expect(claudeStream.parts[1]).toBe(claude.event('[EMAIL_1]') + claude.end);
  const chatStream = await readStream([chat.event('by ada@example.com'), chat.end], { email: 'redact' });
  expect(chatStream.parts[1]).toBe(chat.event('[EMAIL_1]') + chat.end);
});

test('the rest of a text goes out in the event that ends it, where that has a piece of it', async () => {
  const { parts } = await readStream(
    [gemini.event('by ada@exa'), gemini.event('mple.com', { finishReason: 'STOP' })],
    { email: 'redact' },
  );
  expect(parts[1]).toBe(gemini.event('[EMAIL_1]', { finishReason: 'STOP' }));
});

test('a text of Gemini’s ends where another part begins', async () => {
  const event = (parts: unknown[], more: object = {}) =>
    sse({ candidates: [{ content: { role: 'model', parts }, ...more }] });
  const { text } = await readStream(
    [
      event([{ text: 'thinking of ada@exa', thought: true }]),
      event([{ text: 'mple.com', thought: true }, { text: 'by bob@exa' }]),
      event([{ text: 'mple.com' }, { functionCall: { name: 'f', args: { to: EMAIL } } }]),
      gemini.end,
    ],
    { email: 'redact' },
  );
  const parts: unknown[] = [...text.matchAll(/^data: (.*)$/gm)].flatMap(
    ([, data = '']) => (JSON.parse(data) as StreamEvent).candidates?.[0]?.content?.parts ?? [],
  );
  expect(parts).toEqual([
    { text: 'thinking of ', thought: true },
    { text: '[EMAIL_1]', thought: true },
    { text: 'by ' },
    { text: '[EMAIL_2]' },
    { functionCall: { name: 'f', args: { to: '[EMAIL_1]' } } },
  ]);
});

test.each(['json-array', 'sse'] as const)('each candidate has a text of its own (%s)', async (framing) => {
  const element = (text: string, index: number, more: object = {}) => ({
    candidates: [{ index, content: { role: 'model', parts: [{ text }] }, ...more }],
  });
  const elements = [
    element('a ada@exa', 0),
    element('b bob@exa', 1),
    element('mple.com', 0, { finishReason: 'STOP' }),
    { candidates: [{ index: 1, finishReason: 'STOP' }] },
  ];
  const parts =
    framing === 'sse'
      ? elements.map((one) => sse(one))
      : elements.map(
          (one, at) => `${at === 0 ? '[' : ',\r\n'}${JSON.stringify(one)}${at === 3 ? '\n]' : ''}`,
        );
  const { text } = await readStream(parts, { email: 'redact' }, [], framing);
  const all: StreamEvent[] =
    framing === 'sse'
      ? [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as StreamEvent)
      : (JSON.parse(text) as StreamEvent[]);
  const textsOf = (index: number) =>
    all
      .flatMap(({ candidates: [one] = [] }) => (one?.index === index ? (one.content?.parts ?? []) : []))
      .map((part) => part.text)
      .join('');
  expect(textsOf(0)).toBe('a [EMAIL_1]');
  expect(textsOf(1)).toBe('b bob@exa');
});

test('a streamed array without a value stays the same bytes', async () => {
  const parts = [
    '[{"candidates":[{"content":{"parts":[{"text":"a "}]}}]}',
    '\n,\r\n{"candidates":[{"finishReason":"STOP"}]}',
    '\n]\n',
  ];
  expect((await readStream(parts, { email: 'redact' }, [], 'json-array')).text).toBe(parts.join(''));
});

test('arguments of tool calls stay JSON wherever they are cut', async () => {
  const call = (text: string) =>
    sse({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: text } }] } }] });
  const input = (text: string) =>
    sse(
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: text } },
      'content_block_delta',
    );
  const json = `{"to":"ada\\u0040example.com","q":"\\"\\\\u0040 \\/","card":${CARD} }`;
  for (const pieces of cuts(json)) {
    const chatStream = await readStream([...pieces.map(call), chat.end], {
      email: 'redact',
      'payment-card': 'redact',
    });
    const args = textOf(
      chatStream.text,
      (event) => event.choices?.[0]?.delta?.tool_calls?.[0]?.function?.arguments,
    );
    expect(JSON.parse(args)).toEqual({ to: '[EMAIL_1]', q: '"\\u0040 /', card: '[PAYMENT_CARD_1]' });
    const claudeStream = await readStream(
      [...pieces.map(input), sse({ type: 'content_block_stop', index: 1 }, 'content_block_stop')],
      { email: 'redact', 'payment-card': 'redact' },
    );
    expect(textOf(claudeStream.text, (event) => event.delta?.partial_json)).toBe(args);
  }
});

test('arguments that Gemini streams are texts of their own', async () => {
  const event = (stringValue: string, willContinue: boolean) =>
    sse({
      candidates: [
        {
          content: {
            parts: [{ functionCall: { partialArgs: [{ jsonPath: '$.to', stringValue, willContinue }] } }],
          },
        },
      ],
    });
  const { text } = await readStream([event('ada@exa', true), event('mple.com', false), gemini.end], {
    email: 'redact',
  });
  const args = textOf(
    text,
    (one) => one.candidates?.[0]?.content?.parts?.[0]?.functionCall?.partialArgs?.[0]?.stringValue,
  );
  expect(args).toBe('[EMAIL_1]');
});

test('a value that is put back into arguments is escaped', async () => {
  const { protect } = await answering(undefined, [`key: ${EMAIL}`]);
  expect(protect).toBeDefined();
  const call = (text: string) =>
    sse({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: text } }] } }] });
  const { text } = await readStream([call('{"to":"[EMA'), call('IL_1]"}'), chat.end], undefined, [EMAIL]);
  const args = textOf(text, (event) => event.choices?.[0]?.delta?.tool_calls?.[0]?.function?.arguments);
  expect(JSON.parse(args)).toEqual({ to: EMAIL });
});

test('other texts of an event are inspected one by one', async () => {
  const { text } = await readStream(
    [
      sse({ text: EMAIL, n: 1 }),
      sse({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'x', content: [{ title: EMAIL }] },
      }),
    ],
    { email: 'redact' },
  );
  expect(text).toContain('{"text":"[EMAIL_1]","n":1}');
  expect(text).toContain('"title":"[EMAIL_1]"');
});

test('data that is no JSON is inspected as text, and data of several lines stays so', async () => {
  const { text } = await readStream(
    [`: note\nid: 1\ndata: to ${EMAIL}\n\n`, `data: {"a":\ndata: "${EMAIL}"}\n\n`],
    { email: 'redact' },
  );
  expect(text).toBe(
    ': note\nid: 1\ndata: to [EMAIL_1]\n\ndata: {"a":\ndata:"[EMAIL_1]"}\n\n'.replace('data:"', 'data: "'),
  );
});

test('lines end as those of the stream do', async () => {
  const crlf = (events: string) => events.replaceAll('\n', '\r\n');
  const { text } = await readStream([crlf(chat.event('by ada@example.com')), crlf(chat.end)], {
    email: 'redact',
  });
  expect(text).toBe(crlf(chat.event('by ') + chat.event('[EMAIL_1]') + chat.end));
});

test('the text of a container is inspected as it comes, cut within characters', async () => {
  const bytes = Buffer.from(`Für ${EMAIL} 😀 end`);
  for (let at = 0; at <= bytes.length; at += 1) {
    const { text } = await readStream(
      [bytes.subarray(0, at), bytes.subarray(at)],
      { email: 'redact' },
      [],
      'raw',
      'text/plain',
    );
    expect(text).toBe('Für [EMAIL_1] 😀 end');
  }
});

test('bytes of a container that are no text pass as they are', async () => {
  const bytes = Buffer.from([0, 255, 254, 1]);
  const { protect } = await answering({ email: 'redact' });
  const parts = (async function* () {
    yield await Promise.resolve(bytes);
  })();
  const stream: Answer = {
    kind: 'stream',
    contentType: 'image/png',
    framing: 'raw',
    parts,
    facts: () => ({ usage: {} }),
  };
  expect(await protect?.(stream)).toBe(stream);
  const refusing = await answering({}, [], ['image']);
  await expect(refusing.protect?.(stream)).rejects.toMatchObject({ code: 'CONTENT_BLOCKED' });
});

test('halves of surrogate pairs come together again', async () => {
  const { text } = await readStream(
    [gemini.event('a \ud83d'), gemini.event(`\ude00 ${EMAIL} `), gemini.end],
    { email: 'redact' },
  );
  expect(textOf(text, gemini.read)).toBe('a 😀 [EMAIL_1] ');
});

/** Reads a stream of one event with an address at its end, which then breaks off. */
async function readBroken(response: Actions) {
  const { protect } = await answering(response);
  async function* parts() {
    const choices = [{ index: 0, delta: { content: `Write to ${EMAIL}` } }];
    yield await Promise.resolve(Buffer.from(`data: ${JSON.stringify({ choices })}\n\n`));
    throw new GatewayError('VERTEX_STREAM_BROKEN', 'The stream broke.');
  }
  const contentType = 'text/event-stream';
  const facts = () => ({ usage: {} });
  const answer = await protect?.({ kind: 'stream', contentType, framing: 'sse', parts: parts(), facts });
  if (answer?.kind !== 'stream') throw new Error('the answer is no stream');
  let sent = '';
  try {
    for await (const part of answer.parts) sent += Buffer.from(part).toString();
  } catch (error) {
    const text = [...sent.matchAll(/"content":"([^"]*)"/g)].map(([, piece = '']) => piece).join('');
    return { text, code: error instanceof GatewayError ? error.code : undefined };
  }
  throw new Error('the stream did not break off');
}

test('of a stream that breaks off, what was held back goes out before the error', async () => {
  const code = 'VERTEX_STREAM_BROKEN';
  expect(await readBroken({ phone: 'block' })).toEqual({ text: `Write to ${EMAIL}`, code });
  expect(await readBroken({ email: 'redact' })).toEqual({ text: 'Write to [EMAIL_1]', code });
});

test('of a stream that breaks off, what may not leave stays held back', async () => {
  const { text, code } = await readBroken({ email: 'block' });
  expect(code).toBe('CONTENT_BLOCKED');
  expect(text).not.toContain('ada');
});

test('signatures of thoughts stay as the model has signed them, in events of a stream too', async () => {
  const event = {
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'signature_delta', signature: EMAIL },
  };
  const part = `event: content_block_delta\ndata: ${JSON.stringify(event)}\n\n`;
  const { text, findings } = await readStream([part], { email: 'block' });
  expect(text).toBe(part);
  expect(findings).toEqual([]);
});
