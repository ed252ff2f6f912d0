import { invalidRequest } from './error.ts';

/**
 * The betas that Vertex AI accepts for the emulated models; all others are refused.
 * Source: https://platform.claude.com/docs/en/build-with-claude/overview (the platforms of each feature) and reports of
 * refused betas, such as https://github.com/vercel/ai/issues/10981
 */
const BETAS = new Set([
  'claude-code-20250219',
  'computer-use-2025-01-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'prompt-caching-2024-07-31',
  'extended-cache-ttl-2025-04-11',
  'token-efficient-tools-2025-02-19',
  'tool-search-tool-2025-10-19',
  'web-search-2025-03-05',
]);

/**
 * Reads the betas of a call from its `anthropic-beta` header.
 * @throws ClaudeError invalid_request_error for a beta that Vertex AI does not accept
 */
export function readBetas(header: string | string[] | undefined): string[] {
  const betas = namesOf(header);
  refuse(betas.filter((beta) => !BETAS.has(beta)));
  return betas;
}

/**
 * Refuses any beta on a count of tokens.
 * Source: https://github.com/anthropics/claude-code/issues/12429
 * @throws ClaudeError invalid_request_error
 */
export function refuseBetas(header: string | string[] | undefined): void {
  refuse(namesOf(header));
}

function refuse(betas: readonly string[]): void {
  if (betas.length === 0) return;
  const names = betas.map((beta) => `\`${beta}\``).join(', ');
  throw invalidRequest(
    `Unexpected value(s) ${names} for the \`anthropic-beta\` header. Please consult our documentation at docs.anthropic.com or try again without the header.`,
  );
}

function namesOf(header: string | string[] | undefined): string[] {
  return String(header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
