const MANTISSA_BITS = 52n;

/** Returns a finite double's exact value, `digits / 10^scale`, without its sign. */
export function exactDigits(value: number): { readonly digits: bigint; readonly scale: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> MANTISSA_BITS);
  const fraction = bits & ((1n << MANTISSA_BITS) - 1n);
  const mantissa = exponent === 0 ? fraction : fraction | (1n << MANTISSA_BITS);
  const power = Math.max(exponent, 1) - 1075;
  if (power >= 0) return { digits: mantissa << BigInt(power), scale: 0 };
  return { digits: mantissa * 5n ** BigInt(-power), scale: -power };
}

/** Drops the last digits of a magnitude; halves go to the even neighbour. */
export function dropDigits(digits: bigint, count: number): bigint {
  if (count <= 0) return digits * 10n ** BigInt(-count);
  const unit = 10n ** BigInt(count);
  const quotient = digits / unit;
  const twice = 2n * (digits % unit);
  return twice > unit || (twice === unit && quotient % 2n === 1n) ? quotient + 1n : quotient;
}
