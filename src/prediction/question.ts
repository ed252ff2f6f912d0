import type { GatewayError } from '../errors/gateway-error.ts';
import type { CallTarget } from '../governance/call-target.ts';

/** What callers ask the gateway about itself. */
export type Question =
  { readonly operation: 'whoami' } | { readonly operation: 'models' } | PolicyExplainQuestion;

/** What would become of a call, were it made. */
export interface PolicyExplainQuestion {
  readonly operation: 'policy:explain';
  /** What the call reaches for, or the error that it would get before any rule is asked. */
  readonly call: CallTarget | GatewayError;
  /** Whether the gateway serves such calls, or only decides on them. */
  readonly isServed: boolean;
}
