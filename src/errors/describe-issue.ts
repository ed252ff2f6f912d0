import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const FORMATS: Readonly<Record<string, string>> = {
  guid: 'a GUID',
  url: 'an address such as https://example.com',
  email: 'an email address',
};
const COUNTED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  array: ['item', 'items'],
  string: ['character', 'characters'],
};

/**
 * Describes an issue of zod in plain English and without the value, for zod's option `error`. A schema's own message
 * wins.
 * @returns a phrase that goes on after the field's path, such as `must be a text`; undefined if zod's own message
 *   serves.
 */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return 'is missing';
      const kind = KINDS[issue.expected];
      return kind && `must be ${kind}`;
    }
    case 'invalid_value': {
      if (issue.input === undefined) return 'is missing';
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    }
    case 'invalid_format': {
      if (issue.format === 'starts_with' && typeof issue.prefix === 'string')
        return `must begin with ${issue.prefix}`;
      const form = FORMATS[issue.format];
      return form && `must be ${form}`;
    }
    case 'too_small':
      return bound(issue.origin, Number(issue.minimum), 'at least');
    case 'too_big':
      return bound(issue.origin, Number(issue.maximum), 'at most');
    default:
      return undefined;
  }
}

function bound(origin: string, limit: number, relation: 'at least' | 'at most'): string {
  const counted = COUNTED[origin];
  if (!counted) return `must be ${relation} ${limit}`;
  if (limit === 1 && relation === 'at least') return 'must not be empty';
  return `must have ${relation} ${limit} ${counted[limit === 1 ? 0 : 1]}`;
}
