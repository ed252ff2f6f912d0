import { parseArgs } from 'node:util';
import { runCommand } from './run-command.ts';
import { describeOutcomes, trySurfaces } from './smoke/try-surfaces.ts';

const USAGE = `Usage: npm run smoke -- --url https://gateway.example.com [--model NAME] [--minutes N]
GATEWAY_TOKEN in the environment is a caller's token, GATEWAY_KEY its subscription key; one of them may be left out
where the product allows it. --model is a model that the caller may use, the first one unless given. --minutes is the
time that records have to arrive, 5 unless given.`;

/** Calls a deployed gateway as a consumer does, and fails when a call or a record is not what it must be. */
async function run(): Promise<string> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      model: { type: 'string' },
      minutes: { type: 'string', default: '5' },
    },
  });
  const { GATEWAY_TOKEN: token, GATEWAY_KEY: key } = process.env;
  const url = URL.parse(values.url ?? '');
  if (!url) throw new Error(`The gateway's address is missing.\n${USAGE}`);
  const minutes = Number(values.minutes);
  if (!(minutes >= 0)) throw new Error(`--minutes is a number.\n${USAGE}`);
  const outcomes = await trySurfaces({
    url: url.href.replace(/\/$/, ''),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'ocp-apim-subscription-key': key }),
    },
    model: values.model,
    recordsTimeoutInMs: minutes * 60_000,
  });
  const text = describeOutcomes(outcomes);
  if (outcomes.some(({ problem }) => problem !== undefined)) throw new Error(text);
  return text;
}

await runCommand(run, USAGE);
