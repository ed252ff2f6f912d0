import { z } from 'zod';
import { FILTER_FIELDS } from '@vertex-ai-gateway/audit-ledger/reading';
import type { FieldFilter } from '@vertex-ai-gateway/audit-ledger/record';

/** The names in queries of fields whose own name is taken. The edge removes `code`: it is the function host's key. */
const QUERY_NAMES = { code: 'errorCode' } as const;

type TextFilter = {
  [Name in keyof FieldFilter]-?: string extends FieldFilter[Name] ? Name : never;
}[keyof FieldFilter];

/** The forms of the texts by which records are listed, each with the rule that other texts violate. */
const TEXT_FORMS: Readonly<Record<TextFilter, readonly [form: RegExp, rule: string]>> = {
  location: [/^[a-z][a-z0-9-]{0,62}$/, 'must be a location such as europe-west4'],
  operation: [/^[A-Za-z][\w:-]{0,63}$/, 'must be an operation such as generateContent'],
  rule: [/^[A-Za-z0-9][\w.+/-]{0,199}$/, 'must be the id of a rule'],
  code: [/^[A-Z][A-Z_]{0,63}$/, 'must be a code of an error such as NOT_GRANTED'],
};

type FilterShape = {
  [
    Name in keyof FieldFilter as Name extends keyof typeof QUERY_NAMES ? (typeof QUERY_NAMES)[Name] : Name
  ]-?: z.ZodOptional<z.ZodType<NonNullable<FieldFilter[Name]>>>;
};

/** The parameters of a query by which records are listed: one for each field that is a filter, with its description. */
export const RECORD_FILTERS = Object.fromEntries<z.ZodType>(
  FILTER_FIELDS.map(({ name, values, facts }) => {
    const value =
      values.length > 0
        ? z.enum(values, `must be ${joinChoices(values)}`)
        : z.string().regex(...TEXT_FORMS[name as TextFilter]);
    return [queryNameOf(name), value.optional().describe(facts.description)];
  }),
) as FilterShape;

/** Gives the name of the parameter of a query for a field that is a filter. */
export function queryNameOf(name: keyof FieldFilter): keyof FilterShape {
  return name in QUERY_NAMES ? QUERY_NAMES[name as keyof typeof QUERY_NAMES] : (name as keyof FilterShape);
}

function joinChoices(values: readonly string[]): string {
  const others = values.slice(0, -1).join(', ');
  return [...(others === '' ? [] : [others]), values.at(-1)].join(' or ');
}
