import { writeCarried } from '../../../../src/dialects/responses/carried-reasoning.ts';
import { writeClaudeRequest } from '../../../../src/dialects/responses/claude-request.ts';
import { rejectedBy } from '../../thrown-by.ts';
import { callOf, conversationOf, FUNCTION } from './conversation-of.ts';

interface Written {
  readonly messages: readonly { readonly role: string; readonly content: readonly object[] }[];
  readonly thinking?: object;
  readonly output_config?: object;
}

async function write(body: object, model = 'claude-sonnet-5-5'): Promise<Written> {
  const call = callOf('anthropic', model, 'rawPredict');
  return JSON.parse(Buffer.from(writeClaudeRequest(await conversationOf(body), call)).toString()) as Written;
}

const BLOCK = { type: 'thinking', thinking: 'A word.', signature: 'sig==' } as const;
const REDACTED = { type: 'redacted_thinking', data: 'xyz' } as const;
const thought = {
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: 'A word.' }],
  encrypted_content: writeCarried({ by: 'anthropic', blocks: [BLOCK, REDACTED] }),
};
const CALL = { type: 'function_call', call_id: 'toolu_1', name: 'look_up', arguments: '{"word":"a"}' };
const OUTPUT = { type: 'function_call_output', call_id: 'toolu_1', output: 'A whale.' };
const USER = { role: 'user', content: 'Look up.' };
const USE = { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: { word: 'a' } };

test('a conversation becomes messages, with Claude’s own bound of tokens', async () => {
  expect(await write({ instructions: 'Be kind.', input: 'Hello' })).toEqual({
    anthropic_version: 'vertex-2023-10-16',
    max_tokens: 32_000,
    system: [{ type: 'text', text: 'Be kind.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  });
  expect(await write({ stream: true, max_output_tokens: 7, temperature: 0.5, top_p: 1 })).toMatchObject({
    stream: true,
    max_tokens: 7,
    temperature: 0.5,
    top_p: 1,
  });
});

test('thoughts go back as they were, before the call that they led to', async () => {
  const reasoning = { effort: 'high', summary: 'auto' };
  const { messages, thinking, output_config } = await write({
    input: [USER, thought, CALL, OUTPUT],
    tools: [FUNCTION],
    reasoning,
  });
  expect(messages).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'Look up.' }] },
    { role: 'assistant', content: [BLOCK, REDACTED, USE] },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'A whale.' }] },
      ],
    },
  ]);
  expect([thinking, output_config]).toEqual([
    { type: 'adaptive', display: 'summarized' },
    { effort: 'high' },
  ]);
});

test.each([
  ['claude-opus-4-6', { effort: 'xhigh' }, { type: 'adaptive' }],
  ['claude-sonnet-5', { effort: 'minimal' }, { type: 'adaptive' }],
  ['claude-haiku-5-5@20261001', { summary: 'auto' }, { type: 'adaptive', display: 'summarized' }],
  ['claude-opus-5-5', { effort: 'none', summary: 'auto' }, undefined],
  ['claude-haiku-4-5@20251001', { effort: 'medium' }, { type: 'enabled', budget_tokens: 8192 }],
  ['claude-haiku-4-5@20251001', { summary: 'auto' }, undefined],
  ['claude-opus-4@20250514', { effort: 'low' }, { type: 'enabled', budget_tokens: 2048 }],
  ['claude-opus-4-20250514', { effort: 'low' }, { type: 'enabled', budget_tokens: 2048 }],
])('%s thinks as %j says', async (model, reasoning, thinking) => {
  expect((await write({ reasoning }, model)).thinking).toEqual(thinking);
});

test.each([
  [2_500, { type: 'enabled', budget_tokens: 1_476 }],
  [2_047, undefined],
])('of %i tokens, thoughts leave a part for the answer', async (max_output_tokens, thinking) => {
  const body = { max_output_tokens, reasoning: { effort: 'high' } };
  expect((await write(body, 'claude-haiku-4-5')).thinking).toEqual(thinking);
});

test.each([
  ['claude-haiku-4-5', [USER, CALL, OUTPUT], undefined],
  ['claude-haiku-4-5', [USER, CALL, OUTPUT, USER], { type: 'enabled', budget_tokens: 2048 }],
  ['claude-haiku-4-5', [USER, thought, CALL, OUTPUT], { type: 'enabled', budget_tokens: 2048 }],
  ['claude-opus-5-5', [USER, CALL, OUTPUT], { type: 'adaptive' }],
])(
  '%s goes on without thoughts where those of its last calls are gone: case %#',
  async (model, input, thinking) => {
    const body = { input, tools: [FUNCTION], reasoning: { effort: 'low' } };
    expect((await write(body, model)).thinking).toEqual(thinking);
  },
);

test('thoughts stay away from a model that is not to think', async () => {
  const { messages } = await write({ input: [USER, thought, CALL, OUTPUT], tools: [FUNCTION] });
  expect(messages[1]).toEqual({ role: 'assistant', content: [USE] });
});

test('images, documents and results with images become blocks', async () => {
  const image = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' };
  const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };
  const pdf = { type: 'input_file', file_url: 'https://example.com/a.pdf' };
  const { messages } = await write({
    input: [{ role: 'user', content: [image, pdf] }, CALL, { ...OUTPUT, output: [image] }],
    tools: [FUNCTION],
  });
  expect(messages[0]?.content).toEqual([
    { type: 'image', source },
    { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
  ]);
  expect(messages[2]?.content).toEqual([
    { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'image', source }] },
  ]);
});

test.each([
  [{}, { type: 'auto' }],
  [{ parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
  [{ tool_choice: 'none', parallel_tool_calls: false }, { type: 'none' }],
  [{ tool_choice: 'required' }, { type: 'any' }],
  [{ tool_choice: { type: 'function', name: 'look_up' } }, { type: 'tool', name: 'look_up' }],
])('with %j the choice of tools is Claude’s', async (body, choice) => {
  const tools = [FUNCTION, { type: 'function', name: 'bare' }];
  expect(await write({ tools, ...body })).toMatchObject({
    tools: [
      { name: 'look_up', description: 'Looks a word up.', input_schema: FUNCTION.parameters },
      { name: 'bare', input_schema: { type: 'object', properties: {} } },
    ],
    tool_choice: choice,
  });
});

test.each(['claude-haiku-4-5', 'claude-opus-5-5'])(
  '%s does not think where a call is demanded',
  async (model) => {
    const body = { tools: [FUNCTION], tool_choice: 'required', reasoning: { effort: 'high' } };
    expect((await write(body, model)).thinking).toBeUndefined();
  },
);

test('a schema of the text is Claude’s format, and JSON without one is refused', async () => {
  const format = { type: 'json_schema', name: 'x', schema: { type: 'object' } };
  expect((await write({ text: { format } })).output_config).toEqual({
    format: { type: 'json_schema', schema: { type: 'object' } },
  });
  const error = await rejectedBy(write({ text: { format: { type: 'json_object' } } }));
  expect(error).toMatchObject({ code: 'UNSUPPORTED_PARAMETER', violations: [{ field: 'text.format.type' }] });
});

test('recordings are refused, which Claude can’t hear', async () => {
  const audio = { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'mp3' } };
  const error = await rejectedBy(write({ input: [{ role: 'user', content: [audio] }] }));
  expect(error.message).toMatch(/^The gateway does not serve input: Claude reads images and PDF, not audio/);
});

test('a client that says that its calls repeat has the beginning of its conversation cached', async () => {
  const cache_control = { type: 'ephemeral' };
  const body = { instructions: 'A.', input: [{ role: 'developer', content: 'B.' }, USER, USER] };
  expect(await write({ ...body, prompt_cache_key: 'session' })).toMatchObject({
    system: [{ text: 'A.' }, { text: 'B.', cache_control }],
    messages: [{ content: [{ text: 'Look up.' }, { text: 'Look up.', cache_control }] }],
  });
  expect(JSON.stringify(await write(body))).not.toContain('cache_control');
});
