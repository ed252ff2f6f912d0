import { createHash } from 'node:crypto';
import { tokenIdOf, tokensOf } from './tokens.ts';

/** The most tokens for each step: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#logprobs */
export const MOST_LOG_PROBABILITIES = 20;

/** One token that a step of decoding may have given. */
interface Likely {
  readonly token: string;
  readonly tokenId: number;
  readonly logProbability: number;
}

/** The log probabilities of a candidate, as JSON. */
export interface LogProbabilities {
  readonly avgLogprobs: number;
  readonly logprobsResult: {
    readonly chosenCandidates: readonly Likely[];
    readonly topCandidates: readonly { readonly candidates: readonly Likely[] }[];
  };
}

/**
 * Makes up the log probabilities of a text's tokens; the chosen token of each step is the likeliest one.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#LogprobsResult
 * @param count of tokens for each step, 0 for the chosen ones alone
 */
export function logProbabilitiesOf(text: string, count: number): LogProbabilities {
  const steps = tokensOf(text).map((token) => likelyTokens(token, Math.max(1, count)));
  const chosen = steps.flatMap(([first]) => first ?? []);
  const sum = chosen.reduce((total, { logProbability }) => total + logProbability, 0);
  return {
    avgLogprobs: chosen.length === 0 ? 0 : sum / chosen.length,
    logprobsResult: {
      chosenCandidates: chosen,
      topCandidates: count === 0 ? [] : steps.map((candidates) => ({ candidates })),
    },
  };
}

/** Makes up the likeliest tokens of a step: the chosen one, and others of other ids, each half as likely. */
function likelyTokens(token: string, count: number): Likely[] {
  const share = createHash('sha256').update(token).digest().readUInt16BE(0) / 0xffff;
  const first = Math.log(0.5 + share / 2);
  return Array.from({ length: count }, (_token, rank) => {
    const other = rank === 0 ? token : ` ${rank}`;
    return { token: other, tokenId: tokenIdOf(other), logProbability: first - rank * Math.LN2 };
  });
}
