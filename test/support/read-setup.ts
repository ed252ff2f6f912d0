import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSnippets, type Snippet } from './read-snippets.ts';

/** The values that the snippets of docs/clients.md read. */
export interface SnippetValues {
  readonly gatewayUrl: string;
  readonly subscriptionKey: string;
  readonly token?: string;
}

/**
 * Returns the variables that a snippet of docs/clients.md sets, with these values in them.
 * @param name heading and number of the snippet, such as `Claude Code 1`.
 * @throws Error when there is no such snippet, and that of the shell when it fails.
 */
export function readSetup(
  name: string,
  { gatewayUrl, subscriptionKey, token = '' }: SnippetValues,
): Record<string, string> {
  const code = readSettings(name, 'sh');
  const given = { GATEWAY_URL: gatewayUrl, SUBSCRIPTION_KEY: subscriptionKey, TOKEN: token };
  const printed = execFileSync('bash', ['--norc', '-c', `set -eu\n${code}\nenv -0`], {
    env: { PATH: process.env.PATH, ...given },
    encoding: 'utf8',
  });
  const variables = printed.split('\0').flatMap((line): [string, string][] => {
    const [variable = '', value = ''] = line.split(/=(.*)/s);
    return variable === '' || variable in given || OF_THE_SHELL.has(variable) ? [] : [[variable, value]];
  });
  return Object.fromEntries(variables);
}

/**
 * Returns the text of a snippet of docs/clients.md.
 * @param name heading and number of the snippet, such as `Codex 1`.
 * @throws Error when there is no such snippet of that language.
 */
export function readSettings(name: string, language: Snippet['language']): string {
  const document = readFileSync(resolve(__dirname, '../../docs/clients.md'), 'utf8');
  const snippet = readSnippets(document).find((one) => one.name === name && one.language === language);
  if (!snippet) throw new Error(`docs/clients.md has no snippet "${name}" of ${language}.`);
  return snippet.code;
}

/** Variables that a shell has anyway. */
const OF_THE_SHELL = new Set(['PATH', 'PWD', 'OLDPWD', 'SHLVL', '_']);
