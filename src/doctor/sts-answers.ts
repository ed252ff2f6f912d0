import type { DoctorSettings } from './examination.ts';
import type { Exchange } from './exchange.ts';
import { tenantIdIn } from './claims.ts';
import { readGoogleError } from './google-error.ts';
import { providerCommand } from './pool-name.ts';
import type { LegName } from './report.ts';
import { safeCode } from './safe-text.ts';
import type { ProbeAnswer, ProbeFailure } from './send-probe.ts';

/** The meaning of a refusal of Google STS. */
export interface StsReading {
  /** The leg that is broken. */
  readonly leg: LegName;
  readonly summary: string;
  readonly remedies: readonly string[];
  /** True if STS refused before it looked at the token, so that it tells nothing of the other legs. */
  readonly tellsNothing?: true;
  /** True if the token's times are the reason. */
  readonly isAboutTime?: true;
}

type Settings = Pick<DoctorSettings, 'GOOGLE_POOL_PROVIDER_AUDIENCE' | 'GOOGLE_SUBJECT_TOKEN_RESOURCE'>;

interface Refusal {
  readonly error: string;
  readonly description: string;
}

/**
 * Reads an answer of STS. The words of a description are recognized, and an issuer in one is shown; no other part is.
 * Sources: https://docs.cloud.google.com/iam/docs/troubleshooting-workload-identity-federation and
 * https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function readSts(outcome: ProbeAnswer | ProbeFailure, settings: Settings): Exchange {
  if (outcome.kind === 'failure')
    return {
      reading: {
        leg: 'token-exchange',
        summary: `Google STS did not answer the exchange (${outcome.code}).`,
        remedies: ['Ask again. If it stays so, let the function app reach the host of GOOGLE_STS_URL.'],
        tellsNothing: true,
      },
    };
  const body = parse(outcome.text);
  if (outcome.status === 200 && typeof body.access_token === 'string' && body.access_token !== '')
    return { accessToken: body.access_token };
  const { error, error_description: description } = body;
  const refusal = {
    error: safeCode(error),
    description: typeof description === 'string' ? description.slice(0, 1_000) : '',
  };
  return { reading: readUnavailable(outcome) ?? readRefusal(refusal, outcome.status, settings) };
}

function readUnavailable(answer: ProbeAnswer): StsReading | undefined {
  const leg = 'token-exchange';
  if (answer.status === 429)
    return {
      leg,
      summary: 'Google STS throttles the exchange (429).',
      remedies: [
        'Wait a minute and ask again. If it stays so, ask for more quota: https://console.cloud.google.com/iam-admin/quotas?service=sts.googleapis.com',
      ],
      tellsNothing: true,
    };
  if (answer.status >= 500)
    return {
      leg,
      summary: `Google STS fails (${answer.status}).`,
      remedies: ['Wait and ask again. Outages are listed at https://status.cloud.google.com'],
      tellsNothing: true,
    };
  const { reason } = readGoogleError(answer);
  if (reason === 'SERVICE_DISABLED')
    return {
      leg,
      summary: 'The Security Token Service API is off in the project of the pool.',
      remedies: ['gcloud services enable sts.googleapis.com --project=PROJECT_OF_THE_POOL'],
      tellsNothing: true,
    };
  return undefined;
}

/** The forms of refusals, of which the first that fits counts. */
const REFUSALS: readonly {
  readonly error?: string;
  readonly words?: RegExp;
  readonly read: (settings: Settings, refusal: Refusal) => StsReading;
}[] = [
  {
    error: 'invalid_target',
    read: ({ GOOGLE_POOL_PROVIDER_AUDIENCE: audience }) => ({
      leg: 'pool-provider',
      summary:
        'Google STS knows no such pool provider: the pool or the provider is disabled or deleted, or there is none of this name.',
      remedies: [
        providerCommand(audience, 'describe'),
        providerCommand(audience, 'undelete'),
        providerCommand(audience, 'update-oidc', '--no-disabled'),
        'If the provider has another name, correct GOOGLE_POOL_PROVIDER_AUDIENCE. The pool’s number is that of its project.',
      ],
    }),
  },
  { words: /\bissuer in ID Token\b/i, read: readIssuer },
  {
    words: /\baudience in ID Token\b/i,
    read: ({ GOOGLE_POOL_PROVIDER_AUDIENCE: audience, GOOGLE_SUBJECT_TOKEN_RESOURCE: resource }) => ({
      leg: 'audience',
      summary: 'The pool provider does not allow the audience of the managed identity’s token.',
      remedies: [
        providerCommand(audience, 'update-oidc', '--allowed-audiences=AUDIENCE'),
        `AUDIENCE is the claim aud of the leg identity-token. If the token is for the wrong registration, correct GOOGLE_SUBJECT_TOKEN_RESOURCE, which is ${resource}.`,
      ],
    }),
  },
  {
    words: /\brejected by the attribute condition\b/i,
    read: ({ GOOGLE_POOL_PROVIDER_AUDIENCE: audience }) => ({
      leg: 'attribute-condition',
      summary: 'The attribute condition of the pool provider refuses the function app’s identity.',
      remedies: [
        providerCommand(audience, 'update-oidc', `--attribute-condition="assertion.sub=='SUB'"`),
        'SUB is the claim sub of the leg identity-token. In Terraform it is the variable subject of infra/google.',
      ],
    }),
  },
  {
    words: /\bstale to sign-in\b/i,
    read: () => ({
      leg: 'token-exchange',
      summary:
        'Google STS takes the token’s times for wrong: it has expired, or it was issued more than a minute in the future.',
      remedies: [
        'Compare the clocks (leg clocks). On a machine of your own: sudo timedatectl set-ntp true',
        'Ask again in five minutes: the platform then gives a newer token.',
      ],
      isAboutTime: true,
    }),
  },
  {
    words: /\bconnecting to the given credential's issuer\b/i,
    read: ({ GOOGLE_POOL_PROVIDER_AUDIENCE: audience }) => ({
      leg: 'issuer',
      summary: 'Google cannot fetch the signing keys of the issuer that the pool provider names.',
      remedies: [
        providerCommand(audience, 'describe', '--format="value(oidc.issuerUri)"'),
        'The issuer must be public: https://login.microsoftonline.com/{tenant id}/v2.0 or https://sts.windows.net/{tenant id}/',
      ],
    }),
  },
  {
    words: /\bgoogle\.subject\b/i,
    read: ({ GOOGLE_POOL_PROVIDER_AUDIENCE: audience }) => ({
      leg: 'attribute-condition',
      summary: 'The attribute mapping of the pool provider gives no subject, or one of more than 127 bytes.',
      remedies: [
        providerCommand(audience, 'update-oidc', '--attribute-mapping="google.subject=assertion.sub"'),
      ],
    }),
  },
  {
    words: /\b(signature|parse the ID Token)\b/i,
    read: () => ({
      leg: 'token-exchange',
      summary: 'Google STS cannot verify the token’s signature by the issuer’s keys.',
      remedies: [
        'If the pool provider has keys of its own (jwks_json), remove them, so that Google fetches those of Entra ID.',
      ],
    }),
  },
];

function readRefusal(refusal: Refusal, status: number, settings: Settings): StsReading {
  const fitting = REFUSALS.find(
    ({ error, words }) =>
      (error === undefined || error === refusal.error) && (words?.test(refusal.description) ?? true),
  );
  if (fitting) return fitting.read(settings, refusal);
  return {
    leg: refusal.error === 'unauthorized_client' ? 'attribute-condition' : 'token-exchange',
    summary: `Google STS refuses the exchange (${refusal.error}, HTTP ${status}).`,
    remedies: [
      'https://docs.cloud.google.com/iam/docs/troubleshooting-workload-identity-federation describes the errors.',
    ],
  };
}

const ISSUER = /expected one in config: (https?:\/\/[\w.:/-]{1,160})$/;

function readIssuer(
  { GOOGLE_POOL_PROVIDER_AUDIENCE: audience, GOOGLE_SUBJECT_TOKEN_RESOURCE: resource }: Settings,
  { description }: Refusal,
): StsReading {
  const expected = ISSUER.exec(description.trim())?.[1];
  const issued = /issuer in ID Token (https?:\/\/[\w.:/-]{1,160}) does/i.exec(description)?.[1];
  const isOtherVersion =
    expected !== undefined &&
    issued !== undefined &&
    tenantIdIn(expected) !== undefined &&
    tenantIdIn(expected) === tenantIdIn(issued);
  const wanted = expected?.includes('/v2.0') ? 2 : 1;
  return {
    leg: 'issuer',
    summary: [
      'The issuer of the managed identity’s token is not the one that the pool provider expects',
      expected === undefined ? '.' : `, which is ${expected}.`,
      isOtherVersion
        ? ` The tenant is right, but the provider expects tokens of version ${wanted}.0 and the registration issues those of the other version.`
        : '',
    ].join(''),
    remedies: [
      providerCommand(audience, 'update-oidc', `--issuer-uri=${issued ?? 'ISSUER'}`),
      ...(isOtherVersion
        ? [
            `az ad app update --id ${resource.replace(/^api:\/\//, '')} --set api.requestedAccessTokenVersion=${wanted}`,
          ]
        : ['If the token is of the wrong tenant, correct GOOGLE_SUBJECT_TOKEN_RESOURCE.']),
    ],
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
