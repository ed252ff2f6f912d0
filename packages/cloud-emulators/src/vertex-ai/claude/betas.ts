import { invalidRequest } from './error.ts';
import type { ClaudeModel } from './models.ts';
import type { Tool } from './schema.ts';

/**
 * The betas that Vertex AI accepts; all others are refused.
 * Source: https://platform.claude.com/docs/en/build-with-claude/overview (the platforms of each feature), and a list that
 * is kept up to date from refusals:
 * https://github.com/BerriAI/litellm/blob/main/litellm/anthropic_beta_headers_config.json
 */
const BETAS = new Set([
  'claude-code-20250219',
  'compact-2026-01-12',
  'compact-2026-09-04',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'dangerous-tool-use-2026-09-03',
  'extended-cache-ttl-2025-04-11',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'per-turn-control-2026-07-01',
  'prompt-caching-2024-07-31',
  'thinking-binding-controls-2026-08-01',
  'thinking-display-updates-2026-08-18',
  'tool-search-tool-2025-10-19',
  'web-search-2025-03-05',
]);

/**
 * The betas that newer models alone accept, which think adaptively. Claude Code sends them to Vertex AI for those models.
 * Source: https://github.com/BerriAI/litellm/pull/39597 and
 * https://github.com/anthropics/anthropic-sdk-typescript/issues/1016
 */
const BETAS_OF_ADAPTIVE_MODELS = new Set(['effort-2025-11-24', 'thinking-token-count-2026-05-13']);

/**
 * Reads the betas of a call from its `anthropic-beta` header.
 * @throws ClaudeError invalid_request_error for a beta that Vertex AI does not accept for the model
 */
export function readBetas(header: string | string[] | undefined, { thinking }: ClaudeModel): string[] {
  const betas = namesOf(header);
  const isAccepted = (beta: string): boolean =>
    BETAS.has(beta) || (thinking === 'adaptive' && BETAS_OF_ADAPTIVE_MODELS.has(beta));
  refuse(betas.filter((beta) => !isAccepted(beta)));
  return betas;
}

/** The beta that each version of the computer belongs to: https://platform.claude.com/docs/en/agents-and-tools/tool-use/computer-use-tool */
const BETAS_OF_COMPUTERS: Readonly<Record<string, string>> = {
  computer_20250124: 'computer-use-2025-01-24',
  computer_20251124: 'computer-use-2025-11-24',
};

/**
 * Checks that the betas of a call have its computer in them. The words are our own.
 * @throws ClaudeError invalid_request_error
 */
export function checkComputer(tools: readonly Tool[] = [], betas: readonly string[]): void {
  tools.forEach(({ type }, i) => {
    const beta = BETAS_OF_COMPUTERS[type ?? ''];
    if (beta === undefined || betas.includes(beta)) return;
    throw invalidRequest(`tools.${i}: \`${type}\` needs \`${beta}\` in the \`anthropic-beta\` header`);
  });
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
