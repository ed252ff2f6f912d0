import { VertexFailure } from './vertex-errors.ts';

/** The source of another access token when Google refuses one. */
export interface TokenRenewal {
  /** @returns undefined where another would not help. @throws GatewayError when none can be had. */
  replace(refused: string): Promise<string | undefined>;
  /** Hears that Google refuses a replacement too. */
  replacementRefused(): void;
}

/** Makes an attempt, and once more with another access token when Google refuses the first one. */
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

/** Google takes the token for none, before it looks at the call itself. */
function isRefusal(error: unknown): boolean {
  return error instanceof VertexFailure && error.kind === 'token-refused';
}
