import { parseArgs } from 'node:util';
import { TIERS } from './policies/policy.ts';
import type { Tier } from './policies/policy.ts';
import type { Subscription } from './service/subscription-keys.ts';

/** The usage of the command line. */
export const USAGE = `Usage: node cli.mjs check DIR [--named-value NAME=VALUE]… [--tier classic|v2]
       node cli.mjs serve DIR [--named-value NAME=VALUE]… [--tier classic|v2] [--subscription KEY=PRODUCT]…
                             [--port N] [--control-port N] [--journeys N] [--entra-authority URL]

check  reads and compiles the folder and prints what is refused: file:line:column <element> problem
serve  runs it on 127.0.0.1

--named-value      wins over the folder's
--tier             whose gateway it plays; classic unless given
--subscription     a key and the product that it is for; without any, each product gets a new one
--port             of the gateway; 8080 unless given, 0 picks a free one
--control-port     where journeys are read; a free one unless given
--journeys         of how many requests the way through the policies is kept; 500 unless given, 0 for none
--entra-authority  stands for https://login.microsoftonline.com
--help             prints this
`;

/** A command of the command line, with its options. */
export type Command =
  | { readonly name: 'help' }
  | {
      readonly name: 'check';
      readonly directory: string;
      readonly namedValues: Record<string, string>;
      readonly tier: Tier;
    }
  | {
      readonly name: 'serve';
      readonly directory: string;
      readonly namedValues: Record<string, string>;
      readonly tier: Tier;
      readonly subscriptions: readonly Subscription[];
      readonly port: number;
      readonly controlPort: number;
      readonly journeys: number;
      readonly entraAuthority: string;
    };

/** Thrown for a command line that makes no sense; the message says why. */
export class CommandError extends Error {}

const MAXIMUM_JOURNEYS = 100_000;

/** @throws {CommandError} */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const [name, directory, ...rest] = positionals;
  if (values.help) return { name: 'help' };
  if (name !== 'check' && name !== 'serve') throw new CommandError('The command is check or serve.');
  if (directory === undefined || rest.length > 0) throw new CommandError(`"${name}" takes one folder.`);
  const namedValues = Object.fromEntries(
    (values['named-value'] ?? []).map((text) => splitPair('--named-value', 'NAME=VALUE', text)),
  );
  const tier = readTier(values.tier ?? 'classic');
  if (name === 'check') {
    const meaningless = Object.keys(values).find((option) => !['named-value', 'tier'].includes(option));
    if (meaningless !== undefined) throw new CommandError(`"check" has no --${meaningless}.`);
    return { name, directory, namedValues, tier };
  }
  return {
    name,
    directory,
    namedValues,
    tier,
    subscriptions: (values.subscription ?? []).map(readSubscription),
    port: readNumber('--port', values.port ?? '8080', 65_535),
    controlPort: readNumber('--control-port', values['control-port'] ?? '0', 65_535),
    journeys: readNumber('--journeys', values.journeys ?? '500', MAXIMUM_JOURNEYS),
    entraAuthority: readAddress(values['entra-authority'] ?? 'https://login.microsoftonline.com'),
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseOptions> {
  try {
    return parseOptions(args);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : 'The options are not valid.');
  }
}

function parseOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      port: { type: 'string' },
      'control-port': { type: 'string' },
      journeys: { type: 'string' },
      'entra-authority': { type: 'string' },
      tier: { type: 'string' },
      'named-value': { type: 'string', multiple: true },
      subscription: { type: 'string', multiple: true },
    },
  });
}

/** The last `=` of a subscription: keys in base64 end with some. Values aren't told: they may be secrets. */
function readSubscription(text: string, index: number): Subscription {
  const at = text.lastIndexOf('=');
  const product = text.slice(at + 1);
  if (at <= 0 || product === '') throw new CommandError('--subscription is KEY=PRODUCT.');
  const id = `subscription-${index + 1}`;
  return { id, name: id, product, primaryKey: text.slice(0, at) };
}

function splitPair(option: string, form: string, text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new CommandError(`${option} is ${form}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function readNumber(option: string, text: string, maximum: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (number <= maximum) return number;
  throw new CommandError(`${option} is a whole number from 0 to ${maximum}.`);
}

function readTier(text: string): Tier {
  const tier = TIERS.find((one) => one === text);
  if (tier) return tier;
  throw new CommandError(`--tier is one of ${TIERS.join(', ')}.`);
}

function readAddress(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return text;
  throw new CommandError('--entra-authority is an address.');
}
