import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { protobuf } from 'google-gax';

const requireHere = createRequire(__filename);
/** The package does not export its parser. */
const PARSER = join(dirname(requireHere.resolve('google-gax')), 'streamArrayParser.js');

/** The method in short; the SDK's own descriptors take a second to read, in which no connection is served. */
const METHOD = `
  syntax = "proto3";
  service PredictionService { rpc StreamGenerateContent (Request) returns (stream Response); }
  message Request {}
  message Response {
    repeated google.protobuf.Struct candidates = 1;
    google.protobuf.Struct usageMetadata = 2;
    string modelVersion = 3;
    string createTime = 4;
    string responseId = 5;
  }`;

/**
 * Reads the array of a `streamGenerateContent` with the parser of Google's clients over REST.
 * @throws Error as the parser does.
 */
export async function readWithGax(chunks: readonly Uint8Array[]): Promise<unknown[]> {
  const { StreamArrayParser } = requireHere(PARSER) as {
    StreamArrayParser: new (method: protobuf.ReflectionObject) => Transform;
  };
  const { root } = protobuf.parse(METHOD, { keepCase: true });
  root.addJSON(protobuf.common.get('google/protobuf/struct.proto')?.nested ?? {});
  const method = root.lookupService('PredictionService').methods.StreamGenerateContent?.resolve();
  if (!method) throw new Error('The service has no such method.');
  const parser = new StreamArrayParser(method);
  const values: unknown[] = [];
  for await (const value of Readable.from(chunks).pipe(parser)) values.push(value);
  return values;
}
