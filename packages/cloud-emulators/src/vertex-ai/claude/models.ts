/** What a model of Anthropic can do. Source: https://platform.claude.com/docs/en/about-claude/models/overview */
export interface ClaudeModel {
  /** How an answer names it. */
  readonly name: string;
  readonly maximumOutputTokens: number;
  readonly contextTokens: number;
  /** With the beta `context-1m-2025-08-07`, where the model has it. */
  readonly longContextTokens?: number;
}

const MODELS: Readonly<Record<string, ClaudeModel>> = {
  'claude-sonnet-4-5@20250929': {
    name: 'claude-sonnet-4-5-20250929',
    maximumOutputTokens: 64_000,
    contextTokens: 200_000,
    longContextTokens: 1_000_000,
  },
  'claude-haiku-4-5@20251001': {
    name: 'claude-haiku-4-5-20251001',
    maximumOutputTokens: 64_000,
    contextTokens: 200_000,
  },
};

/** By the model's id in the path; only for models that are served. */
export function claudeModel(id: string): ClaudeModel {
  const model = MODELS[id];
  if (!model) throw new Error('There is a model of Anthropic without its description.');
  return model;
}
