import { KINDS } from '../kinds.ts';
import { IDENTIFIER_FORMS } from '../values/identifier-forms.ts';

/** The kinds that a scanner looks for, as examiners ask for them. They are made once and used for many texts. */
export interface Asked {
  readonly kinds: ReadonlySet<string>;
  readonly email: boolean;
  readonly connectionString: boolean;
  readonly tokens: boolean;
  readonly privateKey: boolean;
  readonly namedSecrets: boolean;
  readonly namedValues: boolean;
  readonly dateOfBirth: boolean;
  readonly coordinates: boolean;
  readonly network: boolean;
  readonly streetAddress: boolean;
  readonly person: boolean;
  readonly promptInstruction: boolean;
  readonly iban: boolean;
  readonly ipAddress: boolean;
  readonly phone: boolean;
  /** True for each of `IDENTIFIER_FORMS` of a kind that is asked for. */
  readonly forms: readonly boolean[];
}

const TOKENS: readonly string[] = Object.entries(KINDS).flatMap(([kind, { group }]) =>
  group === 'secret' && !['private-key', 'named-secret', 'connection-string'].includes(kind) ? [kind] : [],
);
const NAMED_SECRETS = ['named-secret', 'aws-key', 'twilio-key', 'azure-secret', 'connection-string'];
const NAMED_VALUES = ['bic', 'passport', 'driving-licence', 'health-insurance', 'insurance-policy'];

/** Returns what examiners look for, for some kinds. */
export function askFor(kinds: ReadonlySet<string>): Asked {
  const has = (kind: string): boolean => kinds.has(kind);
  return {
    kinds,
    email: has('email'),
    connectionString: has('connection-string'),
    tokens: TOKENS.some(has),
    privateKey: has('private-key'),
    namedSecrets: NAMED_SECRETS.some(has),
    namedValues: NAMED_VALUES.some(has),
    dateOfBirth: has('date-of-birth'),
    coordinates: has('coordinates'),
    network: has('ip-address') || has('mac-address'),
    streetAddress: has('street-address'),
    person: has('person'),
    promptInstruction: has('prompt-instruction'),
    iban: has('iban'),
    ipAddress: has('ip-address'),
    phone: has('phone'),
    forms: IDENTIFIER_FORMS.map(({ kind }) => has(kind)),
  };
}
