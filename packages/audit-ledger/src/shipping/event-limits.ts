/**
 * The limits of the service and of the exporter:
 * https://learn.microsoft.com/azure/azure-monitor/app/api-custom-events-metrics#limits
 */
const MAXIMUM_VALUE_BYTES = 8192;
const MAXIMUM_PROPERTIES = 127;
/** The most bytes that one code unit of a text takes in UTF-8. */
const MOST_BYTES_OF_A_UNIT = 3;

/** The property that names the properties that were cut or left out. The ledger has them whole. */
const CUT = 'cutProperties';

/**
 * Cuts properties to the limits of Application Insights: 8,192 bytes a value and 127 properties. The property
 * `cutProperties` names those that were cut or left out.
 */
export function limitProperties(
  properties: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = Object.keys(properties);
  // Nearly all records are within the limits, and are not copied.
  if (names.length < MAXIMUM_PROPERTIES && names.every((name) => isShort(properties[name])))
    return properties;
  const limited: Record<string, string> = {};
  const cut: string[] = [];
  Object.entries(properties).forEach(([name, value], index) => {
    const isFull = index >= MAXIMUM_PROPERTIES - 1;
    if (!isFull) limited[name] = limitValue(value);
    if (isFull || limited[name] !== value) cut.push(name);
  });
  if (cut.length > 0) limited[CUT] = limitValue(cut.join(' '));
  return limited;
}

/** Tells, without a look at its characters, that a value is within the limit. False for one that may be too long. */
function isShort(value = ''): boolean {
  return value.length * MOST_BYTES_OF_A_UNIT <= MAXIMUM_VALUE_BYTES;
}

function limitValue(value: string): string {
  if (Buffer.byteLength(value) <= MAXIMUM_VALUE_BYTES) return value;
  const bytes = Buffer.from(value);
  let end = MAXIMUM_VALUE_BYTES;
  // The cut must not fall within a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
