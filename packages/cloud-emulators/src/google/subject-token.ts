import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { fetchWithRetries } from '../loopback/send-with-retries.ts';
import { ExchangeError } from './exchange-error.ts';

/** The clock skew that Google tolerates in a token's times. */
const CLOCK_SKEW_IN_SECONDS = 60;

/**
 * A provider of a workload identity pool.
 * Source: https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds
 */
export interface PoolProvider {
  /**
   * The audience:
   * `//iam.googleapis.com/projects/{number}/locations/global/workloadIdentityPools/{pool}/providers/{provider}`
   */
  readonly audience: string;
  /** `issuer-uri`; the keys are found through its OpenID configuration. */
  readonly issuerUri: string;
  /** Address of the OpenID configuration, for an issuer whose own address is not on this machine. */
  readonly openIdConfiguration?: string;
  /** `allowed-audiences`: the values of `aud` that are accepted. */
  readonly allowedAudiences: readonly string[];
  /** `attribute-condition`: `assertion.sub=='<subject>'`, or `assertion.sub in ["<subject>", …]`. No other is supported. */
  readonly attributeCondition: string;
}

/** The claims of a verified subject token that the exchange uses. */
export interface VerifiedSubject {
  readonly subject: string;
  readonly expiresAt: Date;
}

/** Makes the check of a provider's subject tokens. @throws TypeError for an attribute condition of another form. */
export function createSubjectTokenCheck(
  provider: PoolProvider,
  now: () => number,
): (subjectToken: string) => Promise<VerifiedSubject> {
  const allowedSubjects = readAllowedSubjects(provider.attributeCondition);
  let keys: JWTVerifyGetKey | undefined;
  return async (subjectToken) => {
    keys ??= await discoverKeys(
      provider.openIdConfiguration ?? `${provider.issuerUri}/.well-known/openid-configuration`,
    );
    const { payload } = await jwtVerify(subjectToken, keys, {
      algorithms: ['RS256', 'ES256'],
      issuer: provider.issuerUri,
      audience: [...provider.allowedAudiences],
      clockTolerance: CLOCK_SKEW_IN_SECONDS,
      currentDate: new Date(now()),
    }).catch((error: unknown) => {
      throw explain(error, provider);
    });
    const { sub, exp, iat } = payload;
    if (exp === undefined || iat === undefined || iat > now() / 1000 + CLOCK_SKEW_IN_SECONDS)
      throw stale(payload);
    if (sub === undefined || !allowedSubjects.includes(sub)) {
      throw new ExchangeError(
        'unauthorized_client',
        'The given credential is rejected by the attribute condition.',
      );
    }
    return { subject: sub, expiresAt: new Date(exp * 1000) };
  };
}

/** Source: https://cloud.google.com/iam/docs/workload-identity-federation#conditions */
function readAllowedSubjects(condition: string): readonly string[] {
  const one = /^assertion\.sub\s*==\s*'([^']+)'$/.exec(condition)?.[1];
  if (one !== undefined) return [one];
  const several = /^assertion\.sub in (\["[\w-]+"(?:, ?"[\w-]+")*\])$/.exec(condition)?.[1];
  if (several === undefined) throw new TypeError(`Attribute condition not supported: ${condition}`);
  return JSON.parse(several) as string[];
}

async function discoverKeys(openIdConfiguration: string): Promise<JWTVerifyGetKey> {
  try {
    const response = await fetchWithRetries(openIdConfiguration);
    const { jwks_uri: jwksUri } = (await response.json()) as { jwks_uri?: string };
    return createRemoteJWKSet(new URL(jwksUri ?? ''), { [customFetch]: fetchWithRetries });
  } catch {
    throw issuerUnreachable();
  }
}

/** Words an error of jose as Google does. */
function explain(error: unknown, provider: PoolProvider): ExchangeError {
  if (error instanceof errors.JWTExpired) return stale(error.payload);
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { iss, aud } = error.payload;
    switch (error.claim) {
      case 'iss':
        return invalid(
          `The issuer in ID Token ${iss ?? 'null'} does not match the expected one in config: ${provider.issuerUri}`,
        );
      case 'aud':
        return invalid(
          `The audience in ID Token [${[aud ?? []].flat().join(', ')}] does not match the expected audience.`,
        );
      default:
        return stale(error.payload);
    }
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid)
    return invalid('Unable to parse the ID Token.');
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed)
    return invalid('Unable to verify the ID Token signature.');
  return issuerUnreachable();
}

function stale({ iat }: JWTPayload): ExchangeError {
  return invalid(`ID Token issued at ${iat ?? 'null'} is stale to sign-in.`);
}

function issuerUnreachable(): ExchangeError {
  return invalid("Error connecting to the given credential's issuer.");
}

function invalid(message: string): ExchangeError {
  return new ExchangeError('invalid_grant', message);
}
