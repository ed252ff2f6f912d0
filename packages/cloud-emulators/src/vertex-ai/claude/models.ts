/**
 * The limits and features of a model of Anthropic.
 * Source: https://platform.claude.com/docs/en/about-claude/models/overview
 */
export interface ClaudeModel {
  /** The model's name in answers. */
  readonly name: string;
  readonly maximumOutputTokens: number;
  readonly contextTokens: number;
  /**
   * A model thinks within a budget of tokens, or as much as it finds adequate, which `output_config.effort` guides.
   * Source: https://platform.claude.com/docs/en/build-with-claude/thinking
   */
  readonly thinking: 'budget' | 'adaptive';
  /** The way in which thoughts are shown unless the call says another. */
  readonly thinkingDisplay: 'summarized' | 'omitted';
}

const MODELS: Readonly<Record<string, ClaudeModel>> = {
  'claude-opus-5-5': {
    name: 'claude-opus-5-5',
    maximumOutputTokens: 128_000,
    contextTokens: 1_000_000,
    thinking: 'adaptive',
    thinkingDisplay: 'omitted',
  },
  'claude-opus-4-5@20251101': {
    name: 'claude-opus-4-5-20251101',
    maximumOutputTokens: 64_000,
    contextTokens: 200_000,
    thinking: 'budget',
    thinkingDisplay: 'summarized',
  },
  'claude-haiku-5-5': {
    name: 'claude-haiku-5-5',
    maximumOutputTokens: 128_000,
    contextTokens: 1_000_000,
    thinking: 'adaptive',
    thinkingDisplay: 'omitted',
  },
  'claude-haiku-4-5@20251001': {
    name: 'claude-haiku-4-5-20251001',
    maximumOutputTokens: 64_000,
    contextTokens: 200_000,
    thinking: 'budget',
    thinkingDisplay: 'summarized',
  },
  'claude-sonnet-5-5': {
    name: 'claude-sonnet-5-5',
    maximumOutputTokens: 128_000,
    contextTokens: 1_000_000,
    thinking: 'adaptive',
    thinkingDisplay: 'omitted',
  },
};

/** Finds a model by its id in the path; the model must be one that is served. */
export function claudeModel(id: string): ClaudeModel {
  const model = MODELS[id];
  if (!model) throw new Error('There is a model of Anthropic without its description.');
  return model;
}
