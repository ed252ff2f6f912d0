import type { JourneyRecord, JourneyStep } from './journey.ts';

const INDENT = ' '.repeat(26);

/** Writes a journey as plain text, to be read from top to bottom. Control characters are escaped. */
export function writeJourney(journey: JourneyRecord): string {
  const { method, url, statusCode, answeredAfter, sentAfter, requestId, startedAt } = journey;
  const took = answeredAfter === null ? '' : ` after ${milliseconds(answeredAfter)}`;
  const sent = sentAfter === null ? '' : `, sent whole after ${milliseconds(sentAfter)}`;
  const about = (['api', 'operation', 'product', 'subscription'] as const).map(
    (name) => `${name} ${journey[name] ?? '-'}`,
  );
  const lines = [
    `${escape(method)} ${escape(url)}`,
    `answered ${statusCode ?? 'nothing yet'}${took}${sent}`,
    `request ${requestId}, ${startedAt}`,
    about.join(', '),
    ...writeError(journey),
    '',
    'received',
    ...Object.entries(journey.headers).map(
      ([name, value]) => `${INDENT}${escape(name)}: ${escape(value ?? '')}`,
    ),
  ];
  let section = '';
  for (const step of journey.steps) {
    if (step.section !== section) lines.push('', step.section, `${columns('at µs', 'took µs')}policy`);
    ({ section } = step);
    lines.push(...writeStep(step));
  }
  if (journey.stepsLeftOut > 0) lines.push('', `${journey.stepsLeftOut} further steps are not kept.`);
  if (journey.isIncomplete) lines.push('', 'Some of the journey could not be recorded.');
  return `${lines.join('\n')}\n`;
}

function writeError({ lastError }: JourneyRecord): string[] {
  if (!lastError) return [];
  const { source, reason, message, scope, section, path } = lastError;
  const place = [scope, section, path].filter((part) => part !== '').join(' ');
  return [`error ${reason} of ${source}${place === '' ? '' : ` (${place})`}: ${escape(message)}`];
}

function writeStep(step: JourneyStep): string[] {
  const { startedAt, took, scope, policy, path, result, file, line, changes = {}, traces = [], error } = step;
  const { variables, request, response } = changes;
  const depth = '  '.repeat(path.split('/').length - 1);
  const name = `${policy}${step.id === undefined ? '' : ` "${escape(step.id)}"`}`;
  const head = `${columns(startedAt, took ?? '-')}${depth}${name}  ${result}  ${scope}, ${file}:${line}`;
  const details = [
    ...(error ? [`${error.reason}: ${escape(error.message)}`] : []),
    ...traces.map((message) => `trace ${escape(message)}`),
    ...Object.entries(variables ?? {}).map(
      ([key, value]) => `variable ${escape(key)} = ${escape(JSON.stringify(value))}`,
    ),
    ...(request?.method === undefined ? [] : [`method = ${escape(request.method)}`]),
    ...(request?.backend === undefined ? [] : [`backend = ${escape(request.backend)}`]),
    ...(request?.url === undefined ? [] : [`url = ${escape(request.url)}`]),
    ...writeHeaders('request', request?.headers),
    ...(response?.statusCode === undefined ? [] : [`response ${response.statusCode}`]),
    ...writeHeaders('response', response?.headers),
  ];
  return [head, ...details.map((detail) => `${INDENT}${depth}${detail}`)];
}

function writeHeaders(of: string, headers: Readonly<Record<string, string | null>> = {}): string[] {
  return Object.entries(headers).map(([name, value]) =>
    value === null
      ? `${of} header ${escape(name)} is gone`
      : `${of} header ${escape(name)}: ${escape(value)}`,
  );
}

function columns(...cells: readonly (string | number)[]): string {
  return cells.map((cell) => `${String(cell).padStart(10)}  `).join('');
}

function milliseconds(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(3)} ms`;
}

/** Escapes the characters that move the cursor or turn the writing direction. */
function escape(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
