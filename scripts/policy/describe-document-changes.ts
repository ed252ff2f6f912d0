import { isDeepStrictEqual } from 'node:util';
import type { Access, CatalogEntry } from '../../src/governance/documents.ts';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { joinNames } from '../../src/governance/join-names.ts';
import { describeFields } from './describe-fields.ts';

interface Change {
  readonly what: string;
  readonly before: readonly Named[];
  readonly after: readonly Named[];
}

/** A part of a document that can be compared between versions by its name. */
interface Named {
  readonly name: string;
  /** The description of a new part. */
  readonly summary: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Describes in sentences which entries, roles, rules and limits are new, gone or different. */
export function describeDocumentChanges(before: GovernanceDocuments, after: GovernanceDocuments): string[] {
  const was = listParts(before);
  return listParts(after).flatMap(({ what, parts }, index) =>
    describe({ what, before: was[index]?.parts ?? [], after: parts }),
  );
}

function listParts({
  catalog,
  access,
  limits,
  protection,
}: GovernanceDocuments): { readonly what: string; readonly parts: readonly Named[] }[] {
  const rule = (fields: { readonly id: string; readonly reason: string }): Named => ({
    name: fields.id,
    summary: fields.reason,
    fields: { ...fields },
  });
  return [
    {
      what: 'catalog entry',
      parts: catalog.entries.map(summarizeEntry),
    },
    {
      what: 'identity provider',
      parts: access.identityProviders.map((provider) => ({
        name: provider.id,
        summary: 'Tokens of its issuer are accepted.',
        fields: { ...provider },
      })),
    },
    {
      what: 'role',
      parts: access.roles.map((role) => ({
        name: role.name,
        summary: role.description,
        fields: { ...role },
      })),
    },
    { what: 'grant', parts: access.grants.map(rule) },
    { what: 'deny', parts: access.denies.map(rule) },
    { what: 'residency rule', parts: access.residency.map(rule) },
    { what: 'agent', parts: access.agents.map(rule) },
    { what: 'storage rule', parts: access.storage.map(rule) },
    { what: 'tool rule', parts: access.tools.map(summarizeTools) },
    {
      what: 'content rule',
      parts: access.contents.map((fields) => ({
        ...rule(fields),
        summary: `${fields.reason} Calls’ ${joinNames(fields.parts)} are kept, encrypted${fields.original ? ', with the values that protection rules take out' : ''}.`,
      })),
    },
    { what: 'protection rule', parts: (protection?.rules ?? []).map(rule) },
    {
      what: 'detector',
      parts: (protection?.detectors ?? []).map((detector) => ({
        name: detector.name,
        summary: `It finds ${detector.title}.`,
        fields: { ...detector },
      })),
    },
    {
      what: 'list of',
      parts: Object.entries({ auditors: access.auditors, operators: access.operators }).flatMap(
        ([name, holders]) => (holders ? [{ name, summary: holders.reason, fields: { ...holders } }] : []),
      ),
    },
    {
      what: 'product',
      parts: limits.products.map((product) => ({
        name: product.id,
        summary: product.description,
        fields: { ...product, ...summarizeSubscriptions(product) },
      })),
    },
    { what: 'APIM subscription', parts: limits.products.flatMap(listSubscriptions) },
    {
      what: 'limit of the role',
      parts: limits.roles.map((limit) => ({ name: limit.role, ...summarizeLimit(limit) })),
    },
    {
      what: 'limit of the entry',
      parts: limits.entries.map((limit) => ({ name: limit.entry, ...summarizeLimit(limit) })),
    },
  ];
}

type Product = GovernanceDocuments['limits']['products'][number];

/** Each subscription is a field of its own: a reviewer must see which application may use a key. */
function summarizeSubscriptions({ subscriptions }: Product): Readonly<Record<string, unknown>> {
  return {
    subscriptions: undefined,
    'subscriptions per user': subscriptions?.perUser,
    'subscriptions belong to applications': subscriptions?.applications && true,
  };
}

function listSubscriptions({ id: product, subscriptions }: Product): Named[] {
  return (subscriptions?.applications ?? []).map(({ subscription, ...owner }) => ({
    name: subscription,
    summary: `It is of the product ${product} and belongs to the application ${owner.applicationId}.`,
    fields: { product, ...owner },
  }));
}

/** Each host is a field of its own and never shortened: a reviewer must see where a call goes. */
function summarizeEntry(entry: CatalogEntry): Named {
  const { hosts = {}, ...fields } = { hosts: undefined, ...entry };
  const ownHosts = Object.entries(hosts);
  const called = ownHosts.map(([location, host]) => ` Called at ${host} in ${location}.`);
  return {
    name: entry.name,
    summary: `Offered in ${joinNames(entry.locations)} for ${joinNames(entry.operations)}.${called.join('')}`,
    fields: {
      ...fields,
      ...Object.fromEntries(ownHosts.map(([location, host]) => [`host in ${location}`, host])),
    },
  };
}

/** The sources of each tool are a field of their own and never shortened. */
function summarizeTools({ reach, ...fields }: Access['tools'][number]): Named {
  const reached = Object.entries(reach);
  const tools = [...fields.use, ...reached.map(([tool]) => tool)];
  return {
    name: fields.id,
    summary: `${fields.reason} ${joinNames(fields.roles)} may give models ${joinNames(tools)}.`,
    fields: {
      ...fields,
      ...Object.fromEntries(reached.map(([tool, sources]) => [`what ${tool} may reach`, sources])),
    },
  };
}

function summarizeLimit(limit: Readonly<Record<string, unknown>>): Pick<Named, 'summary' | 'fields'> {
  const bounds = Object.entries(limit).filter(([, value]) => typeof value === 'number');
  return {
    summary: `${bounds.map(([name, value]) => `${name} ${String(value)}`).join(', ')}.`,
    fields: limit,
  };
}

function describe({ what, before, after }: Change): string[] {
  const was = new Map(before.map((part) => [part.name, part]));
  const names = new Set(after.map(({ name }) => name));
  return [
    ...after.flatMap((part) => {
      const old = was.get(part.name);
      if (!old) return [`The ${what} ${part.name} is new. ${part.summary}`];
      if (isDeepStrictEqual(old.fields, part.fields)) return [];
      return describeFields(old.fields, part.fields).map((change) => `The ${what} ${part.name}: ${change}.`);
    }),
    ...before.filter(({ name }) => !names.has(name)).map(({ name }) => `The ${what} ${name} is gone.`),
  ];
}
