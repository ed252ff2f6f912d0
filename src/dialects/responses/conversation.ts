import type { CarriedReasoning } from './carried-reasoning.ts';
import type { JsonText } from './json-text.ts';

/** A text of a message, as a JSON string. It is never empty. */
interface TextPart {
  readonly kind: 'text';
  readonly text: JsonText;
}

/** An image, a document or a recording: its content in base64, or its address. Both are JSON strings. */
export interface FilePart {
  readonly kind: 'file';
  readonly mediaType: string;
  readonly data?: JsonText;
  readonly uri?: JsonText;
}

export type Part = TextPart | FilePart;

/** A call of a function that the model asked for. */
interface CallItem {
  readonly kind: 'call';
  readonly callId: string;
  /** The name that the model is told. */
  readonly name: string;
  /** The arguments, as a JSON object. */
  readonly input: JsonText;
}

/** The result of a call. */
export interface ResultItem {
  readonly kind: 'result';
  readonly callId: string;
  readonly name: string;
  readonly parts: readonly Part[];
}

/** A step of a conversation, in the order of the request. */
export type Item =
  | { readonly kind: 'message'; readonly role: 'user' | 'assistant'; readonly parts: readonly Part[] }
  | { readonly kind: 'reasoning'; readonly carried: CarriedReasoning }
  | CallItem
  | ResultItem;

/** A function that the model may ask for. */
export interface DeclaredFunction {
  /** The name that the model is told. */
  readonly name: string;
  /** A JSON string. */
  readonly description?: JsonText;
  /** The JSON Schema of the arguments. */
  readonly parameters?: JsonText;
}

/** The tool of a client that a function stands for. */
export interface ClientTool {
  readonly name: string;
  readonly namespace?: string;
  /** True for a tool that takes a text in place of arguments. */
  readonly isCustom?: true;
}

/** The tool that searches the web. */
export interface WebSearch {
  /** The place of the tool in the request. */
  readonly path: readonly PropertyKey[];
  /** The domains to which the search keeps, and those that it leaves out: JSON lists of texts. */
  readonly allowed?: JsonText;
  readonly blocked?: JsonText;
  /** The place of the user, a JSON object. */
  readonly location?: JsonText;
}

/** The effort that a model is to make in its thoughts: https://platform.openai.com/docs/api-reference/responses/create */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

/** A request of the Responses API, in terms that belong to no vendor. */
export interface Conversation {
  /** Instructions to the model, each a JSON string. */
  readonly system: readonly JsonText[];
  readonly items: readonly Item[];
  readonly functions: readonly DeclaredFunction[];
  /** The clients' tools by the name that the model is told. */
  readonly tools: ReadonlyMap<string, ClientTool>;
  /** Undefined when the model may not search the web. */
  readonly webSearch?: WebSearch;
  readonly choice: { readonly mode: 'auto' | 'none' | 'required'; readonly name?: string };
  /** Undefined when the client leaves it to the model. */
  readonly isParallel?: boolean;
  readonly effort?: Effort;
  /** True when the client asks for a summary of the thoughts. */
  readonly isSummarized: boolean;
  readonly maximumOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  /** The format of the text: JSON of this schema, any JSON, or text when left out. */
  readonly format?: { readonly schema?: JsonText };
  /** True when the client says that calls with the same beginning follow. */
  readonly isRepeated: boolean;
  readonly isStreamed: boolean;
}
