import { GROUPS } from '@vertex-ai-gateway/content-detectors/kinds';
import { z } from 'zod';
import {
  Classification,
  Location,
  Name,
  Operation,
  ProviderOfApplication,
  ApplicationId,
  Reason,
} from './documents.ts';
import { MEDIA, PROTECTION_ACTIONS, SERVICE_TYPES } from './protection-plan.ts';

/** The longest name and word of a detector keep findings and placeholders short. */
const MAXIMUM_DETECTOR_NAME = 32;

/** A template of Model Armor, or the name of an Azure resource. */
const RESOURCE =
  /^(?:projects\/[a-z0-9-]{1,63}\/locations\/[a-z0-9-]{1,32}\/templates\/[\w-]{1,63}|[a-z0-9][a-z0-9-]{0,62}[a-z0-9])$/i;

/** A detector of the deployment's own. Its name is the kind of what it finds. */
export const OwnDetector = z.strictObject({
  name: z
    .string()
    .max(MAXIMUM_DETECTOR_NAME)
    .regex(/^[a-z][a-z0-9-]*$/, 'must have small letters, digits and dashes, and begin with a letter')
    .describe('Name of the detector, and of the kind of what it finds'),
  title: z
    .string()
    .min(1)
    .max(80)
    .describe('Kind of what it finds in plain English, with its article, as in `a customer number`'),
  group: z.enum(GROUPS).describe('Group whose rules hold for what it finds'),
  placeholder: z
    .string()
    .max(MAXIMUM_DETECTOR_NAME)
    .regex(/^[A-Z][A-Z0-9_]*$/, 'must have capital letters, digits and underscores, and begin with a letter')
    .describe('Word in the placeholders of what it finds, as `CUSTOMER` in [CUSTOMER_1]'),
  pattern: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('Regular expression in the syntax of RE2, which has no look-around and no back references'),
  checksum: z.string().optional().describe('Name of the checksum that what the pattern matches must have'),
  context: z
    .array(z.string().min(1).max(100))
    .min(1)
    .optional()
    .describe('Words, in any case, of which one must stand near what the pattern matches'),
  words: z
    .array(z.string().min(2).max(200))
    .min(1)
    .optional()
    .describe('Deny list: texts that are found wherever they stand as words of their own, in any case'),
});
export type OwnDetector = z.infer<typeof OwnDetector>;

/** A service of somebody else that inspects texts. Findings have its name. */
export const Service = z
  .strictObject({
    name: Name,
    type: z
      .enum(SERVICE_TYPES)
      .describe(
        'Service: `modelArmor` of Google, `promptShields` of Azure AI Content Safety, `personalData` of Azure AI Language',
      ),
    resources: z
      .record(
        Location,
        z.string().regex(RESOURCE, 'must be a template of Model Armor or the name of a resource'),
      )
      .describe(
        'Resource that inspects the calls to each location of Google: the full name of a template of Model Armor in that location, or the name of an Azure resource, whose host is `NAME.cognitiveservices.azure.com`',
      ),
    categories: z
      .array(z.string().regex(/^[A-Z][A-Za-z]{1,63}$/, 'must be a category such as Person'))
      .min(1)
      .optional()
      .describe(
        'Categories of personal data that `personalData` looks for. It defaults to all of the service.',
      ),
  })
  .describe('Service of somebody else that inspects texts, keyless');
export type Service = z.infer<typeof Service>;

/** An application by the client id that its tokens have. */
const Application = z.strictObject({
  identityProvider: ProviderOfApplication,
  applicationId: ApplicationId.describe('Client id of the application, which is a GUID in Entra ID'),
});

/** The directions in which rules inspect: what callers send, what models answer, or both. */
const Direction = z.enum(['request', 'response', 'both']);

/**
 * A rule on the content of calls. It applies to calls that every condition given matches; a rule without conditions
 * applies to all. Where several rules plan an action for a kind, the strictest holds.
 */
export const ProtectionRule = z.strictObject({
  id: Name,
  reason: Reason,
  roles: z.array(Name).min(1).optional().describe('Roles of callers, any of which is enough'),
  applications: z.array(Application).min(1).optional().describe('Applications that call'),
  products: z.array(Name).min(1).optional().describe('Products of the APIM subscriptions of calls'),
  entries: z.array(Name).min(1).optional().describe('Names of catalog entries'),
  tags: z
    .array(Name)
    .min(1)
    .optional()
    .describe('Tags of catalog entries. An entry with any of them is covered.'),
  classifications: z
    .array(Classification)
    .min(1)
    .optional()
    .describe('Classifications of catalog entries. It defaults to all.'),
  operations: z.array(Operation).min(1).optional().describe('Operations of the calls. It defaults to all.'),
  direction: Direction.describe('Content that is inspected: of the request, the response, or both'),
  kinds: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Kinds that are looked for: built-in ones, groups of them, and names of own detectors'),
  action: z
    .enum(PROTECTION_ACTIONS)
    .optional()
    .describe('Action on what is found; given if there are kinds or services'),
  services: z
    .array(Name)
    .min(1)
    .optional()
    .describe(
      'Names of services that are asked about the texts of the call; the action is on what they find',
    ),
  fail: z
    .enum(['closed', 'open'])
    .optional()
    .describe(
      'Call while a service cannot be asked: refused (`closed`, the default), or served with a finding that says so (`open`)',
    ),
  refusedMedia: z
    .array(z.enum(MEDIA))
    .min(1)
    .optional()
    .describe('Media that no detector can read, and that are refused. Others pass uninspected.'),
});
export type ProtectionRule = z.infer<typeof ProtectionRule>;

/** The schema of `protection.yaml`: what is looked for in the content of calls, and what happens with it. */
export const Protection = z.strictObject({
  detectors: z
    .array(OwnDetector)
    .default([])
    .describe('Detectors of your own, besides those that are built in'),
  services: z.array(Service).default([]).describe('Services of others that rules can ask'),
  rules: z
    .array(ProtectionRule)
    .default([])
    .describe('Rules on the content of calls. None is inspected if it is left out.'),
});
export type Protection = z.infer<typeof Protection>;
