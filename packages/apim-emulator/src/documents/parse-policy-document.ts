import { decodeEntities } from './decode-entities.ts';
import { PolicyDocumentError } from './policy-document-error.ts';
import type { PolicyElement, PolicyText, Position } from './policy-element.ts';
import { scanExpression, startsExpression } from './scan-expression.ts';

/**
 * Parses a policy document in either format: well-formed XML, or "rawxml", in which `"`, `<` and `&` may stand
 * unescaped in policy expressions. The entities of an expression are decoded if the result is complete C#. Otherwise
 * the expression is taken literally.
 * Source: https://learn.microsoft.com/rest/api/apimanagement/policy/create-or-update#policycontentformat
 * @throws {PolicyDocumentError} for a document in neither format.
 */
export function parsePolicyDocument(source: string, file: string): PolicyElement {
  return new DocumentParser(source, file).parse();
}

class DocumentParser {
  readonly #source: string;
  readonly #file: string;
  readonly #lineStarts: number[] = [0];
  #offset = 0;

  constructor(source: string, file: string) {
    this.#source = source.replace(/^\uFEFF/, '');
    this.#file = file;
    for (let at = this.#source.indexOf('\n'); at >= 0; at = this.#source.indexOf('\n', at + 1))
      this.#lineStarts.push(at + 1);
  }

  parse(): PolicyElement {
    this.#skipBetweenElements();
    const root = this.#readElement();
    this.#skipBetweenElements();
    if (this.#offset < this.#source.length) this.#fail('Nothing may follow the root element.');
    return root;
  }

  #readElement(): PolicyElement {
    const start = this.#offset;
    const name = this.#take(/<([A-Za-z][\w.:-]*)/y)?.[1];
    if (name === undefined) this.#fail('An element is expected here.');
    const attributes = this.#readAttributes(name);
    const position = this.#position(start);
    if (this.#take(/\/>/y)) {
      return {
        name,
        position,
        attributes,
        children: [],
        text: { value: '', position: this.#position(this.#offset) },
      };
    }
    if (!this.#take(/>/y)) this.#fail('The start tag is not closed with ">".', name);
    return { name, position, attributes, ...this.#readContent(name) };
  }

  #readAttributes(element: string): Map<string, PolicyText> {
    const attributes = new Map<string, PolicyText>();
    for (;;) {
      this.#take(/\s+/y);
      const start = this.#offset;
      const name = this.#take(/([A-Za-z_][\w.:-]*)\s*=\s*/y)?.[1];
      if (name === undefined) return attributes;
      if (attributes.has(name)) this.#fail(`has the attribute "${name}" twice.`, element, start);
      const quote = this.#take(/["']/y)?.[0];
      if (quote === undefined) this.#fail(`The value of "${name}" is not in quotes.`, element);
      attributes.set(name, this.#readAttributeValue(quote, name, element));
    }
  }

  #readAttributeValue(quote: string, name: string, element: string): PolicyText {
    const close = this.#source.indexOf(quote, this.#offset);
    if (close < 0) this.#fail(`The value of "${name}" is not closed.`, element);
    const whole = this.#offset;
    this.#take(/\s+/y);
    const start = this.#offset;
    const isExpression = startsExpression(this.#source, start);
    const strict = decodeEntities(this.#source.slice(isExpression ? start : whole, close));
    if (!isExpression || scanExpression(strict, 0) === strict.trimEnd().length) {
      this.#offset = close + 1;
      return { value: isExpression ? strict.trimEnd() : strict, position: this.#position(start) };
    }
    const end = scanExpression(this.#source, start);
    if (end === undefined) this.#fail(`The expression in "${name}" is not closed.`, element);
    this.#offset = end;
    this.#take(/\s+/y);
    if (!this.#take(quote === '"' ? /"/y : /'/y))
      this.#fail(`An expression must be the whole value of "${name}".`, element);
    return { value: this.#source.slice(start, end), position: this.#position(start) };
  }

  #readContent(name: string): { children: PolicyElement[]; text: PolicyText } {
    const children: PolicyElement[] = [];
    let text = '';
    let position: Position | undefined;
    for (;;) {
      const start = this.#offset;
      const space = this.#take(/\s+/y)?.[0] ?? '';
      if (text.trim() === '' && startsExpression(this.#source, this.#offset)) {
        position = this.#position(this.#offset);
        text = this.#readExpressionText(name);
        continue;
      }
      text += space;
      if (this.#take(/<!--/y)) this.#skipPast('-->');
      else if (this.#take(/<!\[CDATA\[/y)) {
        position ??= this.#position(this.#offset);
        text += this.#skipPast(']]>');
      } else if (this.#source.startsWith('</', this.#offset)) {
        const closing = this.#take(/<\/([\w.:-]+)\s*>/y)?.[1];
        if (closing !== name) this.#fail(`is closed by </${closing ?? ''}>.`, name);
        return { children, text: { value: text, position: position ?? this.#position(start) } };
      } else if (this.#source[this.#offset] === '<') children.push(this.#readElement());
      else if (this.#offset >= this.#source.length) this.#fail('is not closed.', name);
      else {
        position ??= this.#position(this.#offset);
        text += decodeEntities(this.#take(/[^<]+/y)?.[0] ?? '');
      }
    }
  }

  #readExpressionText(element: string): string {
    const start = this.#offset;
    const next = this.#source.indexOf('<', start);
    const strict = decodeEntities(this.#source.slice(start, next < 0 ? undefined : next));
    const complete = scanExpression(strict, 0);
    const end = scanExpression(this.#source, start);
    if (complete !== undefined && complete === strict.trimEnd().length) {
      this.#offset = next < 0 ? this.#source.length : next;
      return strict.trimEnd();
    }
    if (end === undefined) this.#fail('The expression is not closed.', element);
    this.#offset = end;
    return this.#source.slice(start, end);
  }

  #skipBetweenElements(): void {
    for (;;) {
      this.#take(/\s+/y);
      if (this.#take(/<!--/y)) this.#skipPast('-->');
      else if (this.#take(/<\?/y)) this.#skipPast('?>');
      else return;
    }
  }

  #skipPast(end: string): string {
    const found = this.#source.indexOf(end, this.#offset);
    if (found < 0) this.#fail(`"${end}" is missing.`);
    const skipped = this.#source.slice(this.#offset, found);
    this.#offset = found + end.length;
    return skipped;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#source);
    if (!found) return undefined;
    this.#offset += found[0].length;
    return found;
  }

  #position(offset: number): Position {
    let line = this.#lineStarts.length;
    while ((this.#lineStarts[line - 1] ?? 0) > offset) line -= 1;
    return { file: this.#file, line, column: offset - (this.#lineStarts[line - 1] ?? 0) + 1 };
  }

  #fail(problem: string, element = '', offset = this.#offset): never {
    throw new PolicyDocumentError(this.#position(offset), element, problem);
  }
}
