import { pruneProtos } from '../../scripts/prune-protos.ts';

const message = (fields: Record<string, string>, nested?: object): object => ({
  fields: Object.fromEntries(Object.entries(fields).map(([name, type], id) => [name, { type, id }])),
  ...(nested ? { nested } : {}),
});

const root = {
  options: { syntax: 'proto3' },
  nested: {
    google: {
      nested: {
        rpc: { nested: { Status: message({ code: 'int32' }) } },
        ai: {
          nested: {
            Kept: { methods: { Call: { requestType: 'Request', responseType: '.google.ai.Response' } } },
            Dropped: { methods: { Call: { requestType: 'Unused', responseType: 'Request' } } },
            Request: message({ inner: 'Inner', kind: 'types.Kind' }, { Inner: message({ self: 'Request' }) }),
            Response: message({ status: 'google.rpc.Status', any: 'google.protobuf.Any' }),
            Unused: message({ text: 'string' }),
            types: { nested: { Kind: { values: { NONE: 0 } }, Unused: message({}) } },
          },
        },
        protobuf: { nested: { Any: message({ value: 'bytes' }), Empty: message({}) } },
      },
    },
  },
};

test('a service is kept with every type that it reaches, and nothing else', () => {
  const pruned = pruneProtos(root, ['google.ai.Kept']);
  const { ai, rpc, protobuf } = pruned.nested.google.nested;
  expect(Object.keys(ai.nested)).toEqual(['Kept', 'Request', 'Response', 'types']);
  expect(ai.nested.Request).toEqual(root.nested.google.nested.ai.nested.Request);
  expect(Object.keys(ai.nested.types.nested)).toEqual(['Kind']);
  expect(Object.keys(rpc.nested)).toEqual(['Status']);
  expect(Object.keys(protobuf.nested)).toEqual(['Any']);
  expect(pruned.options).toEqual({ syntax: 'proto3' });
});

test('a package is kept whole', () => {
  const { google } = pruneProtos(root, ['google.protobuf']).nested;
  expect(google.nested).toEqual({ protobuf: root.nested.google.nested.protobuf });
});

test('a name that is not there is an error', () => {
  expect(() => pruneProtos(root, ['google.iam'])).toThrow('The protos have no "google.iam".');
});
