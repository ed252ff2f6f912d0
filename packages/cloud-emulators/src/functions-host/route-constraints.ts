/** Says if a route value satisfies a constraint. */
export type RouteConstraint = (value: string) => boolean;

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const GUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

const WITHOUT_ARGUMENT: Readonly<Record<string, RouteConstraint>> = {
  alpha: (value) => /^[a-z]*$/i.test(value),
  bool: (value) => /^(true|false)$/i.test(value),
  decimal: (value) => NUMBER.test(value),
  double: (value) => NUMBER.test(value),
  float: (value) => NUMBER.test(value),
  guid: (value) => GUID.test(value),
  int: (value) => isIntegerBetween(value, -(2n ** 31n), 2n ** 31n - 1n),
  long: (value) => isIntegerBetween(value, -(2n ** 63n), 2n ** 63n - 1n),
  required: (value) => value !== '',
};

const WITH_ARGUMENT: Readonly<Record<string, (...numbers: number[]) => RouteConstraint>> = {
  length:
    (least = 0, most = least) =>
    (value) =>
      value.length >= least && value.length <= most,
  max:
    (most = 0) =>
    (value) =>
      INTEGER.test(value) && BigInt(value) <= most,
  maxlength:
    (most = 0) =>
    (value) =>
      value.length <= most,
  min:
    (least = 0) =>
    (value) =>
      INTEGER.test(value) && BigInt(value) >= least,
  minlength:
    (least = 0) =>
    (value) =>
      value.length >= least,
  range:
    (least = 0, most = 0) =>
    (value) =>
      INTEGER.test(value) && BigInt(value) >= least && BigInt(value) <= most,
};

/**
 * Makes the constraint that a route template names, such as `int`, `length(2,8)` or `regex(^v\d+$)`.
 * @returns undefined for a constraint that this host doesn't know.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export function routeConstraint(text: string): RouteConstraint | undefined {
  const [, name = '', argument] = /^([a-z]+)(?:\((.*)\))?$/is.exec(text) ?? [];
  const key = name.toLowerCase();
  if (key === 'regex' && argument !== undefined) {
    const pattern = new RegExp(argument, 'i');
    return (value) => pattern.test(value);
  }
  if (argument === undefined) return WITHOUT_ARGUMENT[key];
  const numbers = argument.split(',').map((part) => part.trim());
  if (!numbers.every((part) => INTEGER.test(part))) return undefined;
  return WITH_ARGUMENT[key]?.(...numbers.map(Number));
}

function isIntegerBetween(value: string, least: bigint, most: bigint): boolean {
  return INTEGER.test(value) && BigInt(value) >= least && BigInt(value) <= most;
}
