import { CODES } from '../../src/errors/codes.ts';
import type { GatewayError } from '../../src/errors/gateway-error.ts';
import type { Principal } from '../../src/governance/call-target.ts';
import type { Explanation } from '../../src/governance/explain.ts';
import type { AppliedLimit } from '../../src/governance/list-limits.ts';
import { joinNames } from '../../src/governance/join-names.ts';

/** Who is asked about, for the first line. */
export interface Asker {
  readonly name: string;
  readonly principal: Principal;
}

const UNITS = {
  callsPerMinute: 'calls per minute',
  callsPerDay: 'calls per day',
  tokensPerMinute: 'tokens per minute',
  tokensPerDay: 'tokens per day',
  concurrentStreams: 'streams at a time',
} as const;

const SCOPES = { product: 'the product', role: 'the role', entry: 'calls of' } as const;

/** An explanation as people read it: the verdict, then each fact under its label. */
export function describeExplanation(asker: Asker, explanation: Explanation): string {
  const { allowed, rule, reason, code, entry, project, location, nearestGrant, missing, storage } =
    explanation;
  const verdict = allowed ? 'Allowed' : `Denied${code ? `, ${CODES[code].status} ${code}` : ''}`;
  const grant = nearestGrant && [
    `${nearestGrant.id}: ${nearestGrant.reason}`,
    `for the role ${joinNames(nearestGrant.roles, 'or')}`,
    `in ${joinNames(nearestGrant.locations)}`,
    `for ${joinNames(nearestGrant.operations)}`,
  ];
  return [
    `${verdict}. ${reason}`,
    '',
    ...label('Caller', [describeAsker(asker)]),
    ...label('Rule', [rule]),
    ...label('Entry', entry === undefined ? [] : [entry]),
    ...label('Served from', location === undefined ? [] : [`${location}, project ${project ?? ''}`]),
    ...label('What is missing', missing ?? []),
    ...label('Nearest grant', grant ?? []),
    ...label('May read', storage?.inputs ?? []),
    ...label('May write', storage?.outputs ?? []),
    ...label('Limits', explanation.limits.map(describeLimit)),
    ...label('Policy version', [explanation.policyVersion]),
  ].join('\n');
}

/** Of a call that no rule is asked about, because the gateway can't read it. */
export function describeRefusal(asker: Asker, { code, facts, message, violations }: GatewayError): string {
  return [
    `Refused before any rule is asked, ${facts.status} ${code}. ${message}`,
    '',
    ...label('Caller', [describeAsker(asker)]),
    ...label(
      'What is wrong',
      violations.map(({ field, description }) => `${field}: ${description}`),
    ),
  ].join('\n');
}

function describeAsker({ name, principal: { roles, isDelegated } }: Asker): string {
  const who = isDelegated ? `${name} for a person` : name;
  if (roles.length === 0) return `${who} without any role`;
  return `${who} with the role${roles.length === 1 ? '' : 's'} ${joinNames(roles)}`;
}

function describeLimit({ scope, name, ...values }: AppliedLimit): string {
  const bounds = Object.entries(UNITS).flatMap(([key, unit]) => {
    const value = values[key as keyof typeof UNITS];
    return value === undefined ? [] : [`${value.toLocaleString('en-US')} ${unit}`];
  });
  return `${SCOPES[scope]} ${name}: ${bounds.length > 0 ? joinNames(bounds) : 'none'}`;
}

/** The width of the longest label, and a gap. */
const LABEL_WIDTH = 'What is missing'.length + 2;

function label(name: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(LABEL_WIDTH)}${line}`);
}
