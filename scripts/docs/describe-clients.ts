import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeMarkdownTable } from '../policy/write-table.ts';

/** The results of each client's operations: true, or the client's own message. */
export type ClientResults = Readonly<Record<string, Readonly<Record<string, true | string>>>>;

const TESTS = join(import.meta.dirname, '..', '..', 'test');
const RECORDINGS = ['dotnet', 'python'];
const HEADER = 'client';

/** Reads what the tests of clients found: those that run, and then those whose requests are recorded. */
export function readClientResults(): ClientResults {
  const run = readJson('real-clients/operations.json') as ClientResults;
  const recorded = RECORDINGS.flatMap(
    (name) => readJson(`clients/recordings/${name}.json`) as { client: string; operation: string }[],
  );
  const results: Record<string, Record<string, true | string>> = {};
  for (const { client, operation } of recorded) (results[client] ??= {})[operation] = true;
  return { ...run, ...results };
}

/**
 * Writes a table in Markdown, a row for each client and a column for each operation, and below it what the clients say
 * of the operations that do not work. A cell is empty where the operation has not been tried.
 */
export function describeClients(results: ClientResults): string {
  const operations = [...new Set(Object.values(results).flatMap((each) => Object.keys(each)))];
  const rows = Object.entries(results).map(([client, given]) => [
    client,
    ...operations.map((operation) => wordOf(given[operation])),
  ]);
  const failures = Object.entries(results).flatMap(([client, given]) =>
    Object.entries(given)
      .filter(([, result]) => result !== true)
      .map(([operation, result]) => `- ${client}, ${operation}: ${String(result)}`),
  );
  return [writeMarkdownTable([HEADER, ...operations], rows), '', ...failures].join('\n').trimEnd();
}

/**
 * Puts the table of clients in place of the one that a document has, from its head to the next heading.
 * @throws Error for a document without such a table.
 */
export function replaceClients(document: string, results: ClientResults): string {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => /^\| client +\| text/.test(line));
  if (start < 0) throw new Error('The document has no table of clients.');
  const end = lines.findIndex((line, index) => index > start && line.startsWith('#'));
  const rest = end < 0 ? [''] : ['', ...lines.slice(end)];
  return [...lines.slice(0, start), describeClients(results), ...rest].join('\n');
}

function wordOf(result: true | string | undefined): string {
  if (result === undefined) return '';
  return result === true ? 'yes' : 'no';
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(TESTS, path), 'utf8'));
}
