import type { Exchange } from './recording-proxy.ts';

/** A value that differs between runs or machines, and the name that it has in a transcript. */
export interface Masked {
  readonly value: string | RegExp;
  readonly name: string;
}

/** The texts that differ between runs and machines, whatever the client. */
const VOLATILE: readonly Masked[] = [
  { value: /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, name: '<uuid>' },
  { value: /\b00-[0-9a-f]{32}-[0-9a-f]{16}-\d\d\b/g, name: '<trace>' },
  { value: /127\.0\.0\.1:\d+/g, name: '<gateway>' },
  { value: /\b(?:linux|macos|darwin)\b/gi, name: '<system>' },
  { value: /\b(?:x64|x86_64|arm64|aarch64)\b/g, name: '<processor>' },
  { value: new RegExp(`\\b${process.version}\\b`, 'g'), name: '<node>' },
];

/** Headers whose values say how long a body is, not what the client does. */
const LENGTHS = new Set(['content-length']);

/**
 * Writes the calls of a client as text: method and path, then a line for each header. Calls that are alike are written
 * once, with their number. Calls and headers are sorted, since clients send some at the same time.
 * @param masked further values that are replaced, such as a key.
 */
export function writeTranscript(exchanges: readonly Exchange[], masked: readonly Masked[]): string {
  const counts = new Map<string, number>();
  for (const exchange of exchanges) {
    const text = writeCall(exchange, [...masked, ...VOLATILE]);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, count]) => (count === 1 ? text : `${count} × ${text}`))
    .join('\n\n');
}

function writeCall({ method, path, headers }: Exchange, masked: readonly Masked[]): string {
  const lines = headers
    .map(([name, value]) => `  ${name}: ${LENGTHS.has(name) ? '<length>' : value}`)
    .toSorted();
  return masked.reduce(
    (text, { value, name }) => text.replaceAll(value, name),
    [`${method} ${path}`, ...lines].join('\n'),
  );
}
