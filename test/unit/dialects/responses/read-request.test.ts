import { readRequest } from '../../../../src/dialects/responses/read-request.ts';
import { jsonOf } from '../../json-of.ts';
import { rejectedBy } from '../../thrown-by.ts';
import { conversationOf, FUNCTION } from './conversation-of.ts';

const USER = { role: 'user', content: 'secret-prompt' };
const part = (content: unknown) => ({ input: [{ role: 'user', content: [content] }] });
const item = (one: unknown) => ({ input: [USER, one] });
const tool = (one: unknown) => ({ tools: [one] });

test.each<[string, object, RegExp]>([
  ['previous_response_id', { previous_response_id: 'resp_1' }, /stores no responses\. Send the items/],
  ['conversation', { conversation: { id: 'conv_1' } }, /stores no responses/],
  ['prompt', { prompt: { id: 'pmpt_1' } }, /stores no prompts/],
  ['background', { background: true }, /Leave it out/],
  ['context_management', { context_management: [{ type: 'compaction' }] }, /Shorten `input`/],
  ['moderation', { moderation: {} }, /Leave it out/],
  ['truncation', { truncation: 'auto' }, /send "disabled"/],
  ['top_logprobs', { top_logprobs: 2 }, /no log probabilities/],
  ['include', { include: ['message.output_text.logprobs'] }, /reasoning\.encrypted_content/],
  ['text.format.type', { text: { format: { type: 'grammar' } } }, /json_schema/],
  ['input[1]', item({ type: 'item_reference', id: 'msg_1' }), /Send the item itself.*`store: false`/],
  ['input[1]', item({ id: 'fc_1' }), /Send the item itself/],
  ['input[1].type', item({ type: 'file_search_call', id: 'fs_1' }), /a tool that OpenAI runs itself/],
  ['input[1].type', item({ type: 'local_shell_call', call_id: 'c' }), /Leave the item out/],
  ['input[1].type', item({ type: 'compaction', encrypted_content: 'x' }), /Leave the item out/],
  ['input[0].content[0].file_id', part({ type: 'input_image', file_id: 'file_1' }), /a data URL/],
  ['input[0].content[0].file_id', part({ type: 'input_file', file_id: 'file_1' }), /a data URL/],
  ['input[0].content[0].type', part({ type: 'input_video' }), /Send input_text/],
  ...[
    'file_search',
    'code_interpreter',
    'computer_use_preview',
    'mcp',
    'image_generation',
    'local_shell',
    'shell',
    'apply_patch',
    'tool_search',
  ].map((type): [string, object, RegExp] => [
    'tools[0].type',
    tool({ type }),
    /OpenAI runs this tool itself.*custom, namespace and web_search/,
  ]),
  [
    'tools[0].tools[0].type',
    tool({ type: 'namespace', name: 'n', tools: [{ type: 'namespace' }] }),
    /itself/,
  ],
  ['tool_choice.type', { ...tool(FUNCTION), tool_choice: { type: 'file_search' } }, /Choose a function/],
])('what is not served is refused by its name: %s', async (field, body, advice) => {
  const error = await rejectedBy(conversationOf(body));
  expect(error).toMatchObject({ code: 'UNSUPPORTED_PARAMETER', violations: [{ field }] });
  expect(error.facts.status).toBe(400);
  expect(error.message).toMatch(advice);
  expect(error.message).not.toContain('secret');
});

test.each<[string, object]>([
  ['model', { model: undefined }],
  ['input', { input: undefined }],
  ['input', { input: 7 }],
  ['input', { input: [] }],
  ['input', { input: [{ role: 'system', content: 'Only this.' }] }],
  ['input', { input: '' }],
  ['surprise', { surprise: 1 }],
  ['instructions', { instructions: ['x'] }],
  ['stream', { stream: 'yes' }],
  ['temperature', { temperature: 3 }],
  ['max_output_tokens', { max_output_tokens: 0 }],
  ['reasoning.effort', { reasoning: { effort: 'enormous' } }],
  ['text.format.schema', { text: { format: { type: 'json_schema', name: 'x' } } }],
  ['input[1]', item('secret')],
  ['input[1].content', item({ role: 'user' })],
  ['input[1].content', item({ role: 'user', content: 7 })],
  ['input[1].role', item({ role: 'secret', content: 'x' })],
  ['input[0].content[0]', part('secret')],
  ['input[0].content[0].type', part({ text: 'secret' })],
  ['input[0].content[0].text', part({ type: 'input_text', text: 7 })],
  ['input[0].content[0].image_url', part({ type: 'input_image', image_url: { url: 'secret' } })],
  ['input[0].content[0].image_url', part({ type: 'input_image', image_url: 'data:image/png,secret' })],
  ['input[0].content[0].input_audio.format', part({ type: 'input_audio', input_audio: { format: 'ogg' } })],
  [
    'input[1].content',
    item({ role: 'developer', content: [{ type: 'input_image', image_url: 'https://a.b/c' }] }),
  ],
  ['input[1].call_id', item({ type: 'function_call', name: 'x', arguments: '{}' })],
  ['input[1].name', item({ type: 'function_call', call_id: 'c', arguments: '{}' })],
  ...['[1]', '"x"', '{', '{"a":1,"a":2}', '['.repeat(100)].map((text): [string, object] => [
    'input[1].arguments',
    item({ type: 'function_call', call_id: 'c', name: 'x', arguments: text }),
  ]),
  ['input[1].call_id', item({ type: 'function_call_output', call_id: 'unknown', output: 'x' })],
  [
    'input[1].encrypted_content',
    item({ type: 'reasoning', summary: [], encrypted_content: 'vertex1-google-' }),
  ],
  ['input[1].encrypted_content', item({ type: 'reasoning', encrypted_content: 'vertex1-other-e30' })],
  [
    'input[1].encrypted_content',
    item({
      type: 'reasoning',
      encrypted_content: `vertex1-anthropic-${Buffer.from('{"blocks":[{"type":"text"}]}').toString('base64url')}`,
    }),
  ],
  ['tools', { tools: {} }],
  ['tools[0].name', tool({ type: 'function' })],
  ['tools[0].parameters', tool({ type: 'function', name: 'x', parameters: [] })],
  ['tools[1].name', { tools: [FUNCTION, FUNCTION] }],
  ['tool_choice', { tool_choice: 'secret' }],
  ['tool_choice.name', { ...tool(FUNCTION), tool_choice: { type: 'function', name: 'secret' } }],
])('a malformed %s is refused by its place, without its value', async (field, body) => {
  const error = await rejectedBy(conversationOf(body));
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field }] });
  expect(JSON.stringify([error.message, error.violations])).not.toContain('secret');
});

test('hints for OpenAI itself, and null for every member, change nothing', async () => {
  const hints = {
    store: true,
    user: 'u',
    safety_identifier: 's',
    service_tier: 'auto',
    truncation: 'disabled',
    prompt_cache_retention: '24h',
    client_metadata: { a: 'b' },
    stream_options: { include_obfuscation: false },
    max_tool_calls: 3,
    include: ['reasoning.encrypted_content'],
    text: { verbosity: 'low' },
  };
  const plain = await conversationOf({});
  expect(await conversationOf(hints)).toEqual(plain);
  const members = [
    'previous_response_id',
    'conversation',
    'prompt',
    'background',
    'tools',
    'tool_choice',
    'text',
  ];
  const nulls = Object.fromEntries(
    [...members, ...Object.keys(hints), 'temperature', 'reasoning', 'instructions'].map((name) => [
      name,
      null,
    ]),
  );
  expect(await conversationOf(nulls)).toEqual(plain);
});

test('a response repeats small members of the request alone', async () => {
  const body = {
    model: 'm',
    input: 'x',
    instructions: 'Long.',
    tools: [FUNCTION],
    metadata: { a: 'b' },
    temperature: 1,
  };
  const { repeated } = await readRequest(jsonOf(body));
  expect(repeated).toMatchObject({
    model: 'm',
    metadata: { a: 'b' },
    temperature: 1,
    instructions: null,
    tools: [],
  });
  const { repeated: without } = await readRequest(jsonOf({ ...body, metadata: { a: 'x'.repeat(70_000) } }));
  expect(without.metadata).toEqual({});
});

test.each([
  ['items', Array.from({ length: 20_001 }, () => USER)],
  [
    'parts',
    [{ role: 'user', content: Array.from({ length: 20_000 }, () => ({ type: 'input_text', text: 'x' })) }],
  ],
])('more than 20,000 %s are refused', async (_, input) => {
  expect((await rejectedBy(conversationOf({ input }))).message).toContain('at most 20000 items and parts');
});

test('more than 1,024 functions are refused', async () => {
  const tools = Array.from({ length: 1_025 }, (_, index) => ({ type: 'function', name: `f${index}` }));
  expect((await rejectedBy(conversationOf({ tools }))).message).toContain('at most 1024 functions');
});
