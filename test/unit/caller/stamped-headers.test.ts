import fc from 'fast-check';
import { generateKeyPair, SignJWT } from 'jose';
import { z } from 'zod';
import { createApiManagementCallers } from '../../../src/caller/api-management-callers.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { Callers } from '../../../src/prediction/caller.ts';

/** The forms of the stamped headers as a schema, which the hand-made check of the product is held to. */
const ResourceName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,255}$/);
const Identifier = z
  .string()
  .regex(/^(?:[\w.~:@/|!'()*+-]|%[0-9A-F]{2})+$/i)
  .transform((encoded, context) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      context.addIssue({ code: 'custom', message: 'percent-encoded UTF-8' });
      return z.NEVER;
    }
  })
  .pipe(z.string().regex(/^[^\p{Cc}\p{Cs}]{1,256}$/u));
const CallHeaders = z.object({
  subscriptionId: ResourceName,
  productId: ResourceName,
  requestId: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
  roles: z
    .string()
    .nullable()
    .transform((roles) => (roles ?? '').split(' ').filter((role) => role !== '')),
});
const StampedByToken = CallHeaders.extend({
  identityProvider: ResourceName,
  tenantId: Identifier,
  objectId: Identifier,
  applicationId: Identifier,
  isDelegated: z.enum(['true', 'false']).transform((value) => value === 'true'),
});
const StampedByKey = CallHeaders.extend({
  identityProvider: z.literal('subscription-key'),
  tenantId: z
    .enum([''])
    .nullable()
    .transform((value) => value ?? ''),
  objectId: ResourceName,
  applicationId: z
    .enum([''])
    .nullable()
    .transform((value) => value ?? ''),
  isDelegated: z.literal('false').transform(() => false),
}).refine(({ objectId, subscriptionId }) => objectId === subscriptionId);

const HEADER_OF = {
  identityProvider: 'x-gateway-identity-provider',
  tenantId: 'x-gateway-tenant-id',
  objectId: 'x-gateway-object-id',
  applicationId: 'x-gateway-application-id',
  isDelegated: 'x-gateway-delegated',
  subscriptionId: 'x-gateway-subscription-id',
  productId: 'x-gateway-product-id',
  requestId: 'x-gateway-request-id',
  roles: 'x-gateway-roles',
} as const;

const GUID = '33333333-3333-4333-8333-333333333333';
const hostile = fc.oneof(
  fc.constantFrom(
    null,
    '',
    ' ',
    'null',
    'TRUE',
    '0',
    '-',
    '.a',
    '%',
    '%0',
    '%C3',
    '%ED%A0%80',
    '%00',
    '%0a',
    '%7F',
  ),
  fc.constantFrom(
    'a,b',
    'a\n',
    'ü',
    'j%C3%BCrgen',
    'a%2Fb',
    `${GUID},${GUID}`,
    GUID.toUpperCase(),
    `{${GUID}}`,
  ),
  fc.constantFrom(
    'x'.repeat(256),
    'x'.repeat(257),
    '%C3%BC'.repeat(256),
    '%C3%BC'.repeat(257),
    '%F0%9F%98%80'.repeat(200),
  ),
  fc.string({
    unit: fc.constantFrom('a', 'Z', '9', '.', '-', '_', '~', '%', '4', '1', '@', ' ', "'"),
    maxLength: 12,
  }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
/** Mostly the valid value, so that often all headers but one are right. */
const mostly = (...valid: (string | null)[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...valid) }, { weight: 1, arbitrary: hostile });
const stampedHeaders = fc
  .record({
    identityProvider: mostly('entra', 'okta', 'subscription-key', 'subscription-key'),
    tenantId: mostly(GUID, '', null, 'https://example.okta.com/oauth2/default'),
    objectId: mostly(GUID, 'sandbox-team', 'sandbox-team', 'ada%40example.com'),
    applicationId: mostly(GUID, '', null, '0oa1b2c3'),
    isDelegated: mostly('true', 'false', 'false'),
    subscriptionId: mostly('sandbox-team', 'sandbox-team', 'A.b_c-1'),
    productId: mostly('sandbox'),
    requestId: mostly(GUID, GUID.toUpperCase()),
    roles: mostly('Sandbox.Use', ' a  b ', '', null),
  })
  .chain((stamped) =>
    // A caller with a key only has two headers that are empty, which chance alone would seldom give together.
    stamped.identityProvider === 'subscription-key'
      ? fc.boolean().map((isPlain) => (isPlain ? { ...stamped, tenantId: '', applicationId: null } : stamped))
      : fc.constant(stamped),
  );

let authorization: string;
let callers: Callers;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const issuer = 'https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0';
  const [audience, objectId] = [
    '66666666-6666-4666-8666-666666666666',
    '22222222-2222-4222-8222-222222222222',
  ];
  const token = await new SignJWT({ oid: objectId, ver: '2.0' })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(Date.UTC(2026, 0, 2) / 1000)
    .sign(privateKey);
  authorization = `Bearer ${token}`;
  callers = createApiManagementCallers({
    issuer,
    audience,
    objectId,
    jwksUri: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
    timeoutInMs: 1_000,
    now: () => Date.UTC(2026, 0, 1),
    keys: () => publicKey,
  });
});

test('the stamped headers that are accepted, and the caller that they give, are those of the schema', async () => {
  const seen = { accepted: 0, refused: 0, keys: 0 };
  await fc.assert(
    fc.asyncProperty(stampedHeaders, async (stamped) => {
      const values: Record<string, string | null> = { authorization };
      for (const [name, value] of Object.entries(stamped))
        values[HEADER_OF[name as keyof typeof HEADER_OF]] = value;
      const identified = await callers
        .identify((name) => values[name] ?? null)
        .catch((error: unknown) => error);
      const schema = stamped.identityProvider === 'subscription-key' ? StampedByKey : StampedByToken;
      const expected = schema.safeParse(stamped);
      if (expected.success) {
        seen.accepted += 1;
        seen.keys += stamped.identityProvider === 'subscription-key' ? 1 : 0;
        expect(identified).toEqual(expected.data);
        return;
      }
      seen.refused += 1;
      expect(identified).toBeInstanceOf(GatewayError);
      const { code, message } = identified as GatewayError;
      expect(code).toBe('CALLER_NOT_AUTHENTICATED');
      for (const { path } of expected.error.issues)
        if (path.length > 0) expect(message).toContain(path.join('.'));
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
});
