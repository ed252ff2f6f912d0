const UNRESERVED = /[A-Za-z0-9\-_.~]/;

/** .NET's `Uri.EscapeDataString`: everything but letters, digits and `-_.~`. */
export function escapeData(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** .NET's `Uri.UnescapeDataString`: sequences that are no UTF-8 stay. */
export function unescapeData(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** .NET's `WebUtility.UrlEncode`: a space becomes a plus. */
export function encodeForm(text: string): string {
  return Array.from(Buffer.from(text.toWellFormed(), 'utf8'), (byte) => {
    const character = String.fromCharCode(byte);
    if (character === ' ') return '+';
    const plain =
      byte < 128 && (/[!()*]/.test(character) || (UNRESERVED.test(character) && character !== '~'));
    return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** .NET's `WebUtility.UrlDecode`. */
export function decodeForm(text: string): string {
  return unescapeData(text.replaceAll('+', ' '));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
};

/** .NET's `WebUtility.HtmlEncode`. */
export function encodeHtml(text: string): string {
  return text.replace(
    /[<>&"'\u00a0-\u00ff]|[\ud800-\udbff][\udc00-\udfff]/g,
    (character) => ENTITIES[character] ?? `&#${character.codePointAt(0) ?? 0};`,
  );
}

/** .NET's `WebUtility.HtmlDecode`, for the entities of XML, `&nbsp;` and numbers. */
export function decodeHtml(text: string): string {
  const named: Readonly<Record<string, string>> = {
    lt: '<',
    gt: '>',
    amp: '&',
    quot: '"',
    apos: "'",
    nbsp: '\u00a0',
  };
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]+));/g,
    (entity, decimal?: string, hex?: string, name?: string) => {
      const code = decimal === undefined ? (hex === undefined ? null : parseInt(hex, 16)) : Number(decimal);
      if (code !== null) return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
      return named[name ?? ''] ?? entity;
    },
  );
}
