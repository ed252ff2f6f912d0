/** A mutant that no test can kill, or that none should. */
export interface EquivalentMutant {
  readonly file: string;
  /** The line on which the change begins, without indentation. */
  readonly line: string;
  /** The code before and after the change, as a run prints it. */
  readonly change: string;
  /** The reason: the change is none, or no test is worth it. */
  readonly why: string;
}

const CALLERS = 'src/caller/api-management-callers.ts';
const INSTANCE_SCHEMAS = 'src/governance/instance-schemas.ts';
const TOKEN_FORMS = 'src/caller/token-forms.ts';

/** The mutants that may survive. A run fails for an entry that is none of its folder's mutants any more. */
export const EQUIVALENT_MUTANTS: readonly EquivalentMutant[] = [
  {
    file: CALLERS,
    line: 'const keys = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: timeoutInMs });',
    change: '{ timeoutDuration: timeoutInMs } → {}',
    why: 'Without a limit jose takes its own of five seconds, which ends the same; no test waits that long.',
  },
  {
    file: CALLERS,
    line: "const key = hash('sha256', token, 'base64');",
    change: '\'base64\' → ""',
    why: 'Node takes an empty encoding for its default, and a digest in any encoding is a key.',
  },
  {
    file: CALLERS,
    line: 'if (expiresAt !== undefined && expiresAt > options.now()) return;',
    change: 'expiresAt !== undefined → true',
    why: 'Undefined is not later than any time.',
  },
  {
    file: CALLERS,
    line: "const token = /^Bearer ([\\w-]+\\.[\\w-]+\\.[\\w-]+)$/i.exec(header('authorization') ?? '')?.[1];",
    change: '\'\' → "Stryker was here!"',
    why: 'Neither text is a bearer token.',
  },
  {
    file: INSTANCE_SCHEMAS,
    line: 'if (index > 0) await loopTurns.next();',
    change: 'index > 0 → index >= 0',
    why: 'A first instance that is long waits for a turn that it does not need.',
  },
  {
    file: CALLERS,
    line: "const ENCODED_IDENTIFIER = /^(?:[\\w.~:@/|!'()*+-]|%[0-9A-F]{2})+$/i;",
    change: "/^(?:[\\w.~:@/|!'()*+-]|%[0-9A-F]{2})+$/i → /^(?:[\\w.~:@/|!'()*+-]|%[0-9A-F])+$/i",
    why: 'Decoding refuses a percent sign without two hexadecimal digits too.',
  },
  {
    file: CALLERS,
    line: '} catch {',
    change: '{ return undefined; } → {}',
    why: 'A function without a return gives undefined.',
  },
  ...['[] → ["Stryker was here"]', '\'\' → "Stryker was here!"'].map((change) => ({
    file: CALLERS,
    line: "const [, first, firstParent, later, laterParent] = TRACE_PARENT.exec(header('traceparent') ?? '') ?? [];",
    change,
    why: 'Neither text is a trace, and the first item of the list is not read.',
  })),
  {
    file: CALLERS,
    line: 'return id === undefined || /^0+$/.test(id);',
    change: 'id === undefined → false',
    why: 'The pattern reads undefined as a word, and the trace is undefined then in any case.',
  },
  {
    file: TOKEN_FORMS,
    line: 'const clientId = CLIENT_ID.exec(audience)?.[1]?.toLowerCase();',
    change: 'CLIENT_ID.exec(audience)?.[1]?.toLowerCase → CLIENT_ID.exec(audience)?.[1].toLowerCase',
    why: 'Every match of the pattern has the group.',
  },
  ...['clientId === undefined → false', '[] → ["Stryker was here"]'].map((change) => ({
    file: TOKEN_FORMS,
    line: 'audiences: clientId === undefined ? [] : [clientId],',
    change,
    why: 'No token has such an audience.',
  })),
];
