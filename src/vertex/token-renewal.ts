import { VertexFailure } from './vertex-errors.ts';

/** The source of another access token when Google refuses one. */
export interface TokenRenewal {
  /**
   * Gets another token in place of a refused one.
   * @returns undefined when another would not help, or too many have been fetched lately.
   * @throws GatewayError when none can be had.
   */
  replace(refused: string): Promise<string | undefined>;
  /** Reports that Google refuses a replacement too. */
  replacementRefused(): void;
}

/**
 * Makes an attempt, and a second one with another access token when Google refuses the first token.
 * @throws the failure of the last attempt, or what `replace` throws.
 */
export async function withRenewal<Result>(
  renewal: TokenRenewal,
  accessToken: string,
  attempt: (accessToken: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt(accessToken);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const replacement = await renewal.replace(accessToken);
    if (replacement === undefined) throw error;
    return attempt(replacement).catch((failure: unknown) => {
      if (isRefusal(failure)) renewal.replacementRefused();
      throw failure;
    });
  }
}

/** Returns true when Google refused the access token, which it does before it looks at the call itself. */
function isRefusal(error: unknown): boolean {
  return error instanceof VertexFailure && error.kind === 'token-refused';
}
