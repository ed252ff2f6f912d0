import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Messages by name. A member's type is a scalar's name, `map`, or the name of another message. */
export type PublishedMessages = Readonly<Record<string, Readonly<Record<string, PublishedMember>>>>;

export interface PublishedMember {
  readonly type: string;
  /** True if Google documents that the member names a resource. */
  readonly isResource?: boolean;
}

const require = createRequire(import.meta.url);

interface Descriptor {
  readonly nested?: Readonly<Record<string, Descriptor>>;
  readonly fields?: Readonly<
    Record<string, { readonly type: string; readonly keyType?: string; readonly options?: object }>
  >;
}

/** Reads the messages in the SDK's protos, by their names without dots. */
export function readProtos(version: 'v1' | 'v1beta1'): PublishedMessages {
  const root = JSON.parse(
    readFileSync(require.resolve('@google-cloud/aiplatform/build/protos/protos.json'), 'utf8'),
  ) as Descriptor;
  const messages: Record<string, Record<string, PublishedMember>> = {};
  const collect = (name: string, { nested = {}, fields }: Descriptor) => {
    if (fields) {
      messages[name] = Object.fromEntries(
        Object.entries(fields).map(([member, { type, keyType, options = {} }]) => [
          member,
          {
            type: keyType === undefined ? nameOf(type, name, nested) : 'map',
            isResource: Object.keys(options).some((option) => option.includes('resource_reference')),
          },
        ]),
      );
    }
    for (const [inner, descriptor] of Object.entries(nested)) collect(name + inner, descriptor);
  };
  const nameOf = (type: string, outer: string, nested: Readonly<Record<string, Descriptor>>) => {
    const [first = ''] = type.split('.');
    const isNested = Object.hasOwn(nested, first) && nested[first]?.fields !== undefined;
    return type.startsWith('google.') ? type : `${isNested ? outer : ''}${type.replaceAll('.', '')}`;
  };
  const ofVersion = ['google', 'cloud', 'aiplatform', version].reduce<Descriptor | undefined>(
    (at, part) => at?.nested?.[part],
    root,
  );
  for (const [name, descriptor] of Object.entries(ofVersion?.nested ?? {})) collect(name, descriptor);
  return messages;
}

/** Reads the messages in Google's discovery documents. */
export function readDiscovery(version: 'v1' | 'v1beta1'): PublishedMessages {
  const facts = require('../../../fixtures/vertex-ai/published-messages.json') as Record<
    'v1' | 'v1beta1',
    Record<string, Record<string, string>>
  >;
  return mapTypes(facts[version], (type) => type.replace(/^list of /, '').replace(/^map of .*/, 'map'));
}

/** Names in Google's client of messages that have other names in the REST interface. */
const CLIENT_NAMES: Readonly<Record<string, string>> = {
  ApiKeyConfig: 'AuthConfigApiKeyConfig',
  ComputerUse: 'ToolComputerUse',
  GoogleSearch: 'ToolGoogleSearch',
  ImageSearch: 'ToolGoogleSearchImageSearch',
  ModelSelectionConfig: 'GenerationConfigModelConfig',
  SearchTypes: 'ToolGoogleSearchSearchTypes',
  ThinkingConfig: 'GenerationConfigThinkingConfig',
  WebSearch: 'ToolGoogleSearchWebSearch',
};

/** Reads the types of Google's own client, and the members that it writes into requests. It is ahead of both others. */
export function readClient(): PublishedMessages {
  const folder = `${require.resolve('@google/genai').replace(/[\\/]dist[\\/].*$/, '')}/dist`;
  const types = readFileSync(`${folder}/genai.d.ts`, 'utf8')
    .replaceAll('\r', '')
    .replace(/\/\*\*[^]*?\*\//g, '');
  const declared = Object.fromEntries(
    [...types.matchAll(/^export declare (?:interface|class) (\w+)(?: extends [^{]+)? \{\n([^]*?)^\}/gm)].map(
      ([, name = '', body = '']) => [
        CLIENT_NAMES[name] ?? name,
        Object.fromEntries(
          [...body.matchAll(/^ {4}(\w+)\??: ([^\n]*);/gm)].map(([, member = '', type = '']) => [
            member,
            type,
          ]),
        ),
      ],
    ),
  );
  const code = readFileSync(`${folder}/node/index.mjs`, 'utf8').replaceAll('\r', '');
  const [, converter = ''] = /^function generateContentConfigToVertex\(([^]*?)^\}/m.exec(code) ?? [];
  const sent = (into: string) =>
    Object.fromEntries(
      [...converter.matchAll(new RegExp(String.raw`setValueByPath\(${into}, \['(\w+)'\]`, 'g'))].map(
        ([, member = '']) => [member, 'sent'],
      ),
    );
  return mapTypes(
    { ...declared, GenerateContentRequest: sent('parentObject'), GenerationConfig: sent('toObject') },
    (type) => {
      const name = type.replace(/\[\]$/, '');
      if (/^(Record<|unknown$)/.test(name)) return 'map';
      return CLIENT_NAMES[name] ?? name;
    },
  );
}

function mapTypes(
  messages: Readonly<Record<string, Readonly<Record<string, string>>>>,
  rename: (type: string) => string,
): PublishedMessages {
  return Object.fromEntries(
    Object.entries(messages).map(([name, members]) => [
      name,
      Object.fromEntries(Object.entries(members).map(([member, type]) => [member, { type: rename(type) }])),
    ]),
  );
}
