import { raise } from '../evaluation-error.ts';

const MAXIMUM = 2n ** 96n - 1n;
const MAXIMUM_SCALE = 28;

/** System.Decimal: up to 28 digits after the point, kept as they were written. */
export class Decimal {
  readonly type = 'decimal';
  readonly mantissa: bigint;
  readonly scale: number;

  /** @throws OverflowException where the digits don't fit 96 bits even without those after the point. */
  constructor(mantissa: bigint, scale = 0) {
    let digits = mantissa;
    let places = scale;
    if (places > MAXIMUM_SCALE) {
      digits = roundedQuotient(digits, 10n ** BigInt(places - MAXIMUM_SCALE));
      places = MAXIMUM_SCALE;
    }
    while (absolute(digits) > MAXIMUM) {
      if (places === 0) raise('OverflowException', 'Value was either too large or too small for a Decimal.');
      const excess = Math.min(places, Math.max(1, absolute(digits).toString().length - 29));
      digits = roundedQuotient(mantissa, 10n ** BigInt(scale - places + excess));
      places -= excess;
    }
    this.mantissa = digits;
    this.scale = places;
  }

  /** Reads digits with an optional sign, point and exponent; null when they are none. */
  static parse(text: string): Decimal | null {
    const match = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,3}))?$/.exec(text);
    if (!match) return null;
    const [, sign, whole = '', fraction = '', exponent = '0'] = match;
    if (whole + fraction === '') return null;
    const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
    const scale = fraction.length - Number(exponent);
    return scale < 0 ? new Decimal(digits * 10n ** BigInt(-scale)) : new Decimal(digits, scale);
  }

  /** Keeps 15 significant digits, as the conversion from double does. */
  static fromDouble(value: number): Decimal {
    if (!Number.isFinite(value) || Math.abs(value) >= 7.9228162514264338e28) {
      raise('OverflowException', 'Value was either too large or too small for a Decimal.');
    }
    return (Decimal.parse(String(Number(value.toPrecision(15)))) ?? new Decimal(0n)).normalized();
  }

  add(other: Decimal): Decimal {
    const [left, right, scale] = aligned(this, other);
    return new Decimal(left + right, scale);
  }

  subtract(other: Decimal): Decimal {
    return this.add(other.negated());
  }

  multiply(other: Decimal): Decimal {
    return new Decimal(this.mantissa * other.mantissa, this.scale + other.scale);
  }

  divide(other: Decimal): Decimal {
    if (other.mantissa === 0n) raise('DivideByZeroException', 'Attempted to divide by zero.');
    const extra = 29 + other.scale;
    const numerator = this.mantissa * 10n ** BigInt(extra);
    const exact = new Decimal(roundedQuotient(numerator, other.mantissa), this.scale - other.scale + extra);
    const smallest = Math.max(0, this.scale - other.scale);
    return exact.withoutTrailingZeros(smallest);
  }

  remainder(other: Decimal): Decimal {
    if (other.mantissa === 0n) raise('DivideByZeroException', 'Attempted to divide by zero.');
    const [left, right, scale] = aligned(this, other);
    return new Decimal(left % right, scale);
  }

  negated(): Decimal {
    return new Decimal(-this.mantissa, this.scale);
  }

  compareTo(other: Decimal): number {
    const [left, right] = aligned(this, other);
    return left < right ? -1 : left > right ? 1 : 0;
  }

  equals(other: unknown): boolean {
    return other instanceof Decimal && this.compareTo(other) === 0;
  }

  keyOf(): string {
    return `decimal ${this.normalized().toString()}`;
  }

  /** Rounded to a number of places; halves go to the even neighbour, or away from zero. */
  round(places: number, awayFromZero = false): Decimal {
    if (places >= this.scale) return this;
    const unit = 10n ** BigInt(this.scale - places);
    return new Decimal(roundedQuotient(this.mantissa, unit, awayFromZero), places);
  }

  truncated(): bigint {
    return this.mantissa / 10n ** BigInt(this.scale);
  }

  toNumber(): number {
    return Number(this.toString());
  }

  normalized(): Decimal {
    return this.withoutTrailingZeros(0);
  }

  withoutTrailingZeros(smallestScale: number): Decimal {
    let { mantissa, scale } = this;
    while (scale > smallestScale && mantissa % 10n === 0n) {
      mantissa /= 10n;
      scale -= 1;
    }
    return new Decimal(mantissa, scale);
  }

  toString(): string {
    const digits = absolute(this.mantissa)
      .toString()
      .padStart(this.scale + 1, '0');
    const sign = this.mantissa < 0n ? '-' : '';
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }
}

function aligned(left: Decimal, right: Decimal): [bigint, bigint, number] {
  const scale = Math.max(left.scale, right.scale);
  return [
    left.mantissa * 10n ** BigInt(scale - left.scale),
    right.mantissa * 10n ** BigInt(scale - right.scale),
    scale,
  ];
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function roundedQuotient(numerator: bigint, denominator: bigint, awayFromZero = false): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * absolute(numerator % denominator);
  const size = absolute(denominator);
  const up = twice > size || (twice === size && (awayFromZero || quotient % 2n !== 0n));
  if (!up) return quotient;
  return numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
}
