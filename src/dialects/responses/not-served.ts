import { formatPath } from '../../errors/format-path.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { invalidBody } from '../../errors/invalid-body.ts';

/** The path of a member in the body. */
export type Path = readonly PropertyKey[];

/**
 * Creates the error for a part of the Responses API that the gateway does not serve.
 * @param advice sentences that say why, and how to go without; the last has no full stop.
 */
export function notServed(path: Path, advice: string): GatewayError {
  const field = formatPath(path);
  return new GatewayError('UNSUPPORTED_PARAMETER', `The gateway does not serve ${field}: ${advice}.`, {
    violations: [{ field, description: advice }],
  });
}

/** Creates the error for a member that is malformed. @param description the rule that the member violates. */
export function malformed(path: Path, description: string): GatewayError {
  return invalidBody([{ field: formatPath(path), description }]);
}
