import { raise } from '../evaluation-error.ts';
import { JsonArray, JsonObject, JsonProperty, type JsonToken } from './json-token.ts';
import { matchesFilter } from './json-path-filter.ts';

type Step = (tokens: readonly JsonToken[], root: JsonToken) => JsonToken[];

/** Newtonsoft's JSONPath: `.a`, `['a']`, `[0]`, `[*]`, `..a`, slices and `[?(@.a == 'b')]` filters. */
export function selectTokens(root: JsonToken, path: string): JsonToken[] {
  let tokens: JsonToken[] = [root];
  for (const step of stepsOf(path)) tokens = step(tokens, root);
  return tokens;
}

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  let rest = path.trim().replace(/^\$/, '');
  while (rest !== '') {
    const recursive = rest.startsWith('..');
    const match =
      /^(?:\.{1,2})?(?:\[((?:[^[\]'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\[[^\]]*\])*)\]|([^.[\]\s]+))/.exec(
        rest,
      );
    if (!match) return raise('JsonException', `Unexpected character while parsing path: ${rest.charAt(0)}`);
    const [text, bracket, name = ''] = match;
    const step = bracket === undefined ? nameStep(name) : bracketStep(bracket.trim());
    steps.push(recursive ? (tokens, root) => step(tokens.flatMap(descendantsAndSelf), root) : step);
    rest = rest.slice(text.length);
  }
  return steps;
}

function nameStep(name: string): Step {
  if (name === '*') return (tokens) => tokens.flatMap(values);
  return (tokens) => tokens.flatMap((token) => (token instanceof JsonObject ? (token.get(name) ?? []) : []));
}

function bracketStep(text: string): Step {
  if (text === '*') return (tokens) => tokens.flatMap(values);
  if (text.startsWith('?')) {
    const filter = text
      .slice(1)
      .trim()
      .replace(/^\((.*)\)$/s, '$1');
    return (tokens, root) =>
      tokens.flatMap(values).filter((token) => matchesFilter(filter, token, root, selectTokens));
  }
  const quoted = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1'),
  );
  if (quoted.length > 0)
    return (tokens) => quoted.flatMap((name) => nameStep(name)(tokens, new JsonObject()));
  if (/^-?\d*:-?\d*(:-?\d*)?$/.test(text)) return sliceStep(text);
  const indexes = text.split(',').map((part) => Number(part.trim()));
  if (indexes.some((index) => !Number.isInteger(index)))
    return raise('JsonException', `Unexpected character while parsing path indexer: ${text.charAt(0)}`);
  return (tokens) =>
    tokens.flatMap((token) =>
      indexes.flatMap((index) => (token instanceof JsonArray ? (token.items[index] ?? []) : [])),
    );
}

function sliceStep(text: string): Step {
  const [from, to, by] = text.split(':').map((part) => (part === '' ? undefined : Number(part)));
  const step = by ?? 1;
  return (tokens) =>
    tokens.flatMap((token) => {
      if (!(token instanceof JsonArray) || step === 0) return [];
      const part = token.items.slice(from ?? 0, to ?? token.items.length);
      return part.filter((_, index) => index % Math.abs(step) === 0);
    });
}

function values(token: JsonToken): JsonToken[] {
  return token.children().map((child) => (child instanceof JsonProperty ? child.value : child));
}

function descendantsAndSelf(token: JsonToken): JsonToken[] {
  return [token, ...values(token).flatMap(descendantsAndSelf)];
}

/** Returns the place of a token in its document, in the form of Newtonsoft's `Path`. */
export function pathOf(token: JsonToken): string {
  const { parent } = token;
  if (!parent) return '';
  const before = pathOf(parent);
  if (parent instanceof JsonArray) return `${before}[${parent.items.indexOf(token)}]`;
  if (!(token instanceof JsonProperty)) return before;
  if (!/^[^.'/[\]() \t]+$/.test(token.name)) return `${before}['${token.name}']`;
  return before === '' ? token.name : `${before}.${token.name}`;
}
