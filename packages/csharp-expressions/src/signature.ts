import {
  arrayOf,
  type CsType,
  findDefinition,
  getType,
  isValueType,
  makeType,
  nullableOf,
  parameterType,
  type TypeDefinition,
} from './types.ts';

/**
 * The TypeScript side of one C# member: the instance first (when there is one), then the arguments, then for a
 * generic method, or a constructor or static method of a generic type, the array of type arguments.
 */
export type Implementation = (...parameters: never[]) => unknown;

/** The kind of member that a signature declares. */
export type MemberKind =
  'method' | 'property' | 'constructor' | 'indexer' | 'implicit' | 'explicit' | 'operator';

/** One parameter of a member. */
export interface Parameter {
  readonly name: string;
  readonly type: CsType;
  readonly mode: 'value' | 'out' | 'params';
  /** True when null may be passed; otherwise a null is an ArgumentNullException. */
  readonly nullable: boolean;
  /** The value when it is left out. */
  readonly fallback?: { readonly value: unknown };
}

/**
 * One member of a type. Signatures are C#'s, in these forms:
 * `int Length`, `set JToken Value`, `static int Parse(string s)`, `const int MaxValue`, `new(int capacity)`,
 * `char this[int index]`, `set T this[int index]`, `static R F<T, R>(this T value, out int n, params string[] rest)`,
 * `implicit JToken(string? value)`, `explicit int(JToken value)`, `operator bool <(DateTime a, DateTime b)`.
 */
export interface Member {
  readonly kind: MemberKind;
  readonly name: string;
  readonly setter: boolean;
  readonly isStatic: boolean;
  readonly isConstant: boolean;
  readonly isExtension: boolean;
  readonly typeParameters: readonly string[];
  readonly type: CsType;
  readonly parameters: readonly Parameter[];
  readonly implementation: (...parameters: unknown[]) => unknown;
  readonly owner: TypeDefinition;
}

const TOKEN = /\s*("[^"]*"|[A-Za-z_]\w*|-?\d+|[<>=!]=|[-+*/%&|^!~<>()[\],?=])/y;

/** Parses the signature under which the library declares a member. */
export function parseSignature(text: string, owner: TypeDefinition, implementation: Implementation): Member {
  return new SignatureReader(text, owner).member(implementation as Member['implementation']);
}

/** Parses a type as the library writes it, such as `IEnumerable<KeyValuePair<string, T>>`. */
export function parseTypeName(text: string, owner: TypeDefinition): CsType {
  return new SignatureReader(text, owner).type().type;
}

class SignatureReader {
  readonly #text: string;
  readonly #owner: TypeDefinition;
  readonly #tokens: string[] = [];
  #position = 0;
  #typeParameters: string[] = [];

  constructor(text: string, owner: TypeDefinition) {
    this.#text = text;
    this.#owner = owner;
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) this.#tokens.push(match[1] ?? '');
  }

  member(implementation: Member['implementation']): Member {
    const modifiers = new Set<string>();
    while (/^(static|const|set|implicit|explicit|operator)$/.test(this.#peek())) modifiers.add(this.#next());
    const base = {
      setter: modifiers.has('set'),
      isStatic: ['static', 'const', 'implicit', 'explicit', 'operator'].some((name) => modifiers.has(name)),
      isConstant: modifiers.has('const'),
      isExtension: false,
      implementation,
      owner: this.#owner,
    };
    const self = makeType(this.#owner, this.#owner.parameters.map(parameterType));
    if (this.#peek() === 'new') {
      this.#next();
      const parameters = this.#parameters('(', ')');
      return { ...base, kind: 'constructor', name: 'new', type: self, parameters, typeParameters: [] };
    }
    const generics = /(\w+)<([\w, ]+)>\(/.exec(this.#text);
    if (generics?.[2]) this.#typeParameters = generics[2].split(',').map((name) => name.trim());
    const { type } = this.type();
    const conversion = modifiers.has('implicit') ? 'implicit' : modifiers.has('explicit') ? 'explicit' : null;
    if (conversion) {
      const parameters = this.#parameters('(', ')');
      return { ...base, kind: conversion, name: conversion, type, parameters, typeParameters: [] };
    }
    const name = this.#next();
    if (modifiers.has('operator')) {
      const parameters = this.#parameters('(', ')');
      return { ...base, kind: 'operator', name, type, parameters, typeParameters: [] };
    }
    if (name === 'this') {
      const parameters = this.#parameters('[', ']');
      if (base.setter) parameters.push({ name: 'value', type, mode: 'value', nullable: true });
      return { ...base, kind: 'indexer', name, type, parameters, typeParameters: [] };
    }
    if (this.#position === this.#tokens.length) {
      return { ...base, kind: 'property', name, type, parameters: [], typeParameters: [] };
    }
    if (this.#peek() === '<') while (this.#next() !== '>');
    const isExtension = this.#tokens[this.#position + 1] === 'this';
    const parameters = this.#parameters('(', ')');
    return {
      ...base,
      kind: 'method',
      name,
      type,
      parameters,
      isExtension,
      typeParameters: this.#typeParameters,
    };
  }

  type(): { type: CsType; nullable: boolean } {
    const name = this.#next();
    const args: CsType[] = [];
    // In `operator bool <(…)` the bracket is the operator.
    if (this.#peek() === '<' && this.#tokens[this.#position + 1] !== '(') {
      do {
        this.#next();
        args.push(this.type().type);
      } while (this.#peek() === ',');
      this.#expect('>');
    }
    let type = this.#named(name, args);
    let nullable = type.definition.kind === 'parameter';
    for (;;) {
      if (this.#peek() === '?') {
        this.#next();
        if (isValueType(type)) type = nullableOf(type);
        nullable = true;
      } else if (this.#peek() === '[' && this.#tokens[this.#position + 1] === ']') {
        this.#position += 2;
        type = arrayOf(type);
        nullable = false;
      } else return { type, nullable };
    }
  }

  #named(name: string, args: readonly CsType[]): CsType {
    if (this.#typeParameters.includes(name) || this.#owner.parameters.includes(name))
      return parameterType(name);
    if (!findDefinition(name, args.length))
      throw new Error(`${this.#owner.name}: no type ${name} in "${this.#text}"`);
    return getType(name, ...args);
  }

  #parameters(open: string, close: string): Parameter[] {
    this.#expect(open);
    const parameters: Parameter[] = [];
    while (this.#peek() !== close) {
      if (parameters.length > 0) this.#expect(',');
      let mode: Parameter['mode'] = 'value';
      while (/^(this|out|params)$/.test(this.#peek())) {
        const word = this.#next();
        if (word === 'out' || word === 'params') mode = word;
      }
      const { type, nullable } = this.type();
      const name = this.#next();
      const parameter = { name, type, mode, nullable };
      if (this.#peek() === '=') {
        this.#next();
        parameters.push({ ...parameter, fallback: { value: JSON.parse(this.#next()) as unknown } });
      } else parameters.push(parameter);
    }
    this.#expect(close);
    return parameters;
  }

  #peek(): string {
    return this.#tokens[this.#position] ?? '';
  }

  #next(): string {
    return this.#tokens[this.#position++] ?? '';
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw new Error(`${this.#owner.name}: expected ${token} in "${this.#text}"`);
  }
}
