import { createOpenAI } from '@ai-sdk/openai';
import { Agent, run, setDefaultOpenAIClient, setTracingDisabled, tool } from '@openai/agents';
import { generateText, isStepCount, Output, streamText, tool as aiTool } from 'ai';
import OpenAI from 'openai';
import { z } from 'zod';

const { MODEL: model, LIBRARY } = process.env;
const settings = { apiKey: process.env.SUBSCRIPTION_KEY, baseURL: `${process.env.GATEWAY_URL}/openai/v1` };
const TOOL_PROMPT = 'Please get_weather.';
const WEATHER = z.object({ city: z.string() });
const FLOWER = z.object({ name: z.string() });

/** What `@openai/agents` gives: a tool's result in words, the same as a stream, and an object. */
async function agents() {
  setTracingDisabled(true);
  setDefaultOpenAIClient(new OpenAI({ ...settings, maxRetries: 0 }));
  const weather = tool({
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: WEATHER,
    execute: () => 'Rain in Porto',
  });
  const agent = new Agent({ name: 'A', instructions: 'Be kind.', model, tools: [weather] });
  const whole = await run(agent, TOOL_PROMPT);
  const stream = await run(agent, TOOL_PROMPT, { stream: true });
  await stream.completed;
  const typed = await run(new Agent({ name: 'B', model, outputType: FLOWER }), 'Name a flower.');
  return { whole: whole.finalOutput, streamed: stream.finalOutput, object: typed.finalOutput };
}

/** The same of `@ai-sdk/openai`. */
async function aiSdk() {
  const asked = {
    model: createOpenAI(settings)(model),
    prompt: TOOL_PROMPT,
    tools: { get_weather: aiTool({ inputSchema: WEATHER, execute: () => 'Rain in Porto' }) },
    stopWhen: isStepCount(3),
    maxRetries: 0,
    providerOptions: { openai: { store: false } },
  };
  const whole = await generateText(asked);
  const streamed = await streamText(asked).text;
  const object = { ...asked, tools: undefined, output: Output.object({ schema: FLOWER }) };
  return { whole: whole.text, streamed, object: (await generateText(object)).output };
}

process.stdout.write(JSON.stringify(await (LIBRARY === 'agents' ? agents() : aiSdk())));
