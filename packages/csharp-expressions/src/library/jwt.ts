import { Jwt } from '../jwt.ts';
import type { Out } from '../invoke.ts';
import { getType, type TypeDeclaration } from '../types.ts';
import { typedArray } from '../values/boxed.ts';
import { Dictionary, Sequence } from '../values/collections.ts';
import { DateTime, EPOCH_TICKS } from '../values/date-time.ts';
import { TICKS_PER_SECOND } from '../values/time-span.ts';

const NAMESPACE = 'Microsoft.WindowsAzure.ApiManagement.Proxy.Gateway';

/** `BasicAuthCredentials`. */
class BasicAuthCredentials {
  readonly type = 'BasicAuthCredentials';
  readonly userId: string;
  readonly password: string;

  constructor(userId: string, password: string) {
    this.userId = userId;
    this.password = password;
  }

  static parse(text: string | null): BasicAuthCredentials | null {
    const match = /^Basic\s+([A-Za-z0-9+/]+={0,2})$/i.exec(text ?? '');
    const plain = match?.[1] === undefined ? '' : Buffer.from(match[1], 'base64').toString('utf8');
    const colon = plain.indexOf(':');
    return colon < 0 ? null : new BasicAuthCredentials(plain.slice(0, colon), plain.slice(colon + 1));
  }
}

function claimText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A policy reads several claims of one token, in several expressions. */
const claimsByToken = new WeakMap<Jwt, Dictionary>();

function claimsOf(token: Jwt): Dictionary {
  const known = claimsByToken.get(token);
  if (known) return known;
  const string = getType('string');
  const claims = new Dictionary(getType('IReadOnlyDictionary', string, getType('Array', string)));
  for (const [name, value] of Object.entries(token.payload)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    claims.set(name, typedArray(values.map(claimText), string));
  }
  claimsByToken.set(token, claims);
  return claims;
}

function textClaim(value: unknown): string | null {
  return value === undefined || value === null ? null : claimText(value);
}

function dateClaim(value: unknown): DateTime | null {
  if (typeof value !== 'number') return null;
  return new DateTime(EPOCH_TICKS + BigInt(Math.trunc(value)) * TICKS_PER_SECOND, 'Utc');
}

function audiencesOf({ payload: { aud } }: Jwt): Sequence {
  const audiences: unknown[] = Array.isArray(aud) ? aud : aud === undefined ? [] : [aud];
  return new Sequence(getType('IEnumerable', getType('string')), () => audiences.map(claimText));
}

function tryParse(parse: (text: string) => unknown): (text: string | null, out: Out) => boolean {
  return (text, out) => {
    const value = text === null ? null : parse(text);
    out.value = value;
    return value !== null;
  };
}

/** Tokens and credentials in headers; source: the table of the context variable. */
export const JWT_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'Jwt',
    namespace: NAMESPACE,
    kind: 'class',
    members: {
      'string Algorithm': ({ header }: Jwt) => textClaim(header.alg),
      'string Type': ({ header }: Jwt) => textClaim(header.typ),
      'string Id': ({ payload }: Jwt) => textClaim(payload.jti),
      'string Issuer': ({ payload }: Jwt) => textClaim(payload.iss),
      'string Subject': ({ payload }: Jwt) => textClaim(payload.sub),
      'IEnumerable<string> Audiences': audiencesOf,
      'IReadOnlyDictionary<string, string[]> Claims': claimsOf,
      'DateTime? ExpirationTime': ({ payload }: Jwt) => dateClaim(payload.exp),
      'DateTime? IssuedAt': ({ payload }: Jwt) => dateClaim(payload.iat),
      'DateTime? NotBefore': ({ payload }: Jwt) => dateClaim(payload.nbf),
    },
  },
  {
    name: 'BasicAuthCredentials',
    namespace: NAMESPACE,
    kind: 'class',
    members: {
      'string UserId': (self: BasicAuthCredentials) => self.userId,
      'string Password': (self: BasicAuthCredentials) => self.password,
    },
  },
  {
    name: 'CredentialExtensions',
    namespace: NAMESPACE,
    kind: 'static',
    members: {
      'static Jwt AsJwt(this string? text)': (text: string | null) =>
        text === null ? null : Jwt.parse(text),
      'static bool TryParseJwt(this string? text, out Jwt result)': tryParse((text) => Jwt.parse(text)),
      'static BasicAuthCredentials AsBasic(this string? text)': (text: string | null) =>
        BasicAuthCredentials.parse(text),
      'static bool TryParseBasic(this string? text, out BasicAuthCredentials result)': tryParse((text) =>
        BasicAuthCredentials.parse(text),
      ),
    },
  },
];
