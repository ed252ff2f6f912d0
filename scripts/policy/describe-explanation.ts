import { CODES } from '../../src/errors/codes.ts';
import type { Principal } from '../../src/governance/call-target.ts';
import type { ContentAction } from '../../src/governance/list-content-actions.ts';
import type { AppliedLimit } from '../../src/governance/principals.ts';
import { joinNames } from '../../src/governance/join-names.ts';
import { nameKinds } from './name-kinds.ts';
import type { CallExplanation } from '../../src/questions/explain-call.ts';

/** The caller of the explained call, as the first line names it. */
export interface ExplainedCaller {
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

/** Writes an explanation for people: the verdict, then each fact after its label. */
export function describeExplanation(asker: ExplainedCaller, explanation: CallExplanation): string {
  const { rule, entry, project, location, nearestGrant, missing, storage, tools, limits, violations } =
    explanation;
  const { keptContent, host, retires, protection } = explanation;
  const isForm = rule === 'request';
  const grant = nearestGrant && [
    `${nearestGrant.id}: ${nearestGrant.reason}`,
    `for the role ${joinNames(nearestGrant.roles, 'or')}`,
    `in ${joinNames(nearestGrant.locations)}`,
    `for ${joinNames(nearestGrant.operations)}`,
  ];
  const wrong = isForm ? violations?.map(({ field, description }) => `${field}: ${description}`) : [];
  return [
    `${describeVerdict(explanation)} ${explanation.reason}`,
    '',
    ...label('Caller', [describeCaller(asker)]),
    ...label('Key', describeKey(asker)),
    ...label('What is wrong', wrong ?? []),
    ...label('Rule', isForm ? [] : [rule]),
    ...label('Entry', entry === undefined ? [] : [entry]),
    ...label('Served from', location === undefined ? [] : [`${location}, project ${project ?? ''}`]),
    ...label('Called at', host === undefined ? [] : [host]),
    ...label('Retires', retires === undefined ? [] : [retires]),
    ...label('What is missing', missing ?? []),
    ...label('Nearest grant', grant ?? []),
    ...label('May read', storage?.inputs ?? []),
    ...label('May write', storage?.outputs ?? []),
    ...label('Tools', describeTools(tools)),
    ...label('Inspected', protection?.map(describeContentAction) ?? []),
    ...label('Kept, encrypted', keptContent ? [`the content of ${joinNames(keptContent)}`] : []),
    ...label('Limits', limits?.map(describeLimit) ?? []),
    ...label('Policy version', isForm ? [] : [explanation.policyVersion]),
  ].join('\n');
}

function describeTools(
  { use, reach }: NonNullable<CallExplanation['tools']> = { use: [], reach: {} },
): string[] {
  return [
    ...use,
    ...Object.entries(reach).flatMap(([tool, sources]) => sources.map((source) => `${tool}: ${source}`)),
  ];
}

function describeContentAction({ direction, action, kinds, media, services, rule }: ContentAction): string {
  return `${direction}, ${action}: ${joinNames(kinds ? nameKinds(kinds) : (media ?? services ?? []))} (${rule})`;
}

function describeVerdict({ decision, rule, code }: CallExplanation): string {
  if (decision === 'allow') return 'Allowed.';
  const error = code ? `, ${CODES[code].status} ${code}` : '';
  return rule === 'request' ? `Refused before any rule is asked${error}.` : `Denied${error}.`;
}

function describeCaller({ name, principal }: ExplainedCaller): string {
  const { isDelegated, idleRoles = [] } = principal;
  const roles = [...principal.roles, ...idleRoles];
  const who = isDelegated ? `${name} for a person` : name;
  if (roles.length === 0) return `${who} without any role`;
  return `${who} with the role${roles.length === 1 ? '' : 's'} ${joinNames(roles)}`;
}

function describeKey({ principal: { productId, idleRoles = [] } }: ExplainedCaller): string[] {
  if (productId === undefined || productId === '') return [];
  const idle = idleRoles.length === 0 ? '' : `, with which ${joinNames(idleRoles)} grants nothing`;
  return [`of the product ${productId}${idle}`];
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
