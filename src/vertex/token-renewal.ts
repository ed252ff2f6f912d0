import { RefusedTokenError } from './vertex-errors.ts';

/** Where another access token comes from when Google refuses one. */
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
    if (!(error instanceof RefusedTokenError)) throw error;
    const replacement = await renewal.replace(accessToken);
    if (replacement === undefined) throw error;
    return attempt(replacement).catch((failure: unknown) => {
      if (failure instanceof RefusedTokenError) renewal.replacementRefused();
      throw failure;
    });
  }
}
