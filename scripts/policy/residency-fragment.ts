import type { Access, Residency } from '../../src/governance/documents.ts';
import { escapeLiteral, indent, quote, writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

interface Case {
  readonly rule: Residency;
  readonly role: string;
}

/**
 * Derives the fragment that checks the location in a call's path by the residency rules of the caller's roles. It only
 * names the denial, with the function app's message; the API's policy records and answers it.
 */
export function residencyFragment({ residency }: Access, policyVersion: string): GeneratedFile {
  const header = writeHeader(
    'governance/access.yaml',
    'Sets residency-denial, empty where nothing is denied, and the variables of the error. A path without a location',
    'passes: the function app chooses one that the rules allow. The function app also checks the roles of agents.',
  );
  const cases = residency.flatMap((rule) => rule.roles.map((role) => ({ rule, role })));
  const body = [
    findDenial(cases),
    ...(cases.length === 0 ? [] : [describeDenials(cases, policyVersion)]),
  ].join('\n');
  return {
    path: 'apim/policy-fragments/residency/policy.xml',
    text: `${header}<fragment>\n${indent(body, 2)}\n</fragment>\n`,
  };
}

function findDenial(cases: readonly Case[]): string {
  if (cases.length === 0) return '<set-variable name="residency-denial" value="" />';
  return [
    '<set-variable',
    '  name="residency-denial"',
    "  value='@{",
    '    var location = context.Request.MatchedParameters.GetValueOrDefault("location", "");',
    '    if (location == "") { return ""; }',
    '    foreach (var role in ((string)context.Variables["caller-roles"]).Split(" ".ToCharArray())) {',
    ...cases.map(({ rule, role }) => {
      const isOutside = `!new[] { ${rule.locations.map(quote).join(', ')} }.Contains(location)`;
      const denial = quote(nameOf({ rule, role }));
      return `      if (role == ${quote(role)}) { if (${isOutside}) { return ${denial}; } }`;
    }),
    '    }',
    '    return "";',
    "  }'",
    '/>',
  ].join('\n');
}

function describeDenials(cases: readonly Case[], policyVersion: string): string {
  const branches = cases.map(({ rule, role }) => {
    const message = `Callers with the role ${role} are served from ${rule.locations.join(', ')} only. ${rule.reason}`;
    const condition = `(string)context.Variables["residency-denial"] == ${quote(nameOf({ rule, role }))}`;
    return [
      `  <when condition='@(${condition})'>`,
      `    <set-variable name="error-rule" value="${escapeLiteral(rule.id)}" />`,
      '    <set-variable name="error-code" value="LOCATION_NOT_ALLOWED" />',
      '    <set-variable name="error-status" value="@(403)" />',
      '    <set-variable name="error-canonical" value="PERMISSION_DENIED" />',
      '    <set-variable name="error-title" value="Location not allowed" />',
      `    <set-variable name="error-message" value='@(${quote(message)})' />`,
      `    <set-variable name="error-policy-version" value="${policyVersion}" />`,
      '  </when>',
    ].join('\n');
  });
  return ['<choose>', ...branches, '</choose>'].join('\n');
}

function nameOf({ rule, role }: Case): string {
  return `${rule.id} ${role}`;
}
