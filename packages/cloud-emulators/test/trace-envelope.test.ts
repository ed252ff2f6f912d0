import { toTraceEnvelope } from '../src/trace-envelope.ts';

test('a trace has the metadata of its policy as properties, and none that the policy’s page does not promise', () => {
  const envelope = toTraceEnvelope(
    {
      time: new Date('2026-01-01T00:00:00.000Z'),
      source: 'PetStore API',
      severity: 'error',
      message: 'refused',
      metadata: { 'Operation Name': 'New-Order' },
      requestId: '0af76519-16cd-43dd-8448-eb211c80319c',
      operationId: '0af7651916cd43dd8448eb211c80319c',
    },
    '22222222-2222-4222-8222-222222222222',
  );
  expect(envelope).toEqual({
    name: 'Microsoft.ApplicationInsights.Message',
    time: '2026-01-01T00:00:00.000Z',
    iKey: '22222222-2222-4222-8222-222222222222',
    tags: { 'ai.operation.id': '0af7651916cd43dd8448eb211c80319c' },
    data: {
      baseType: 'MessageData',
      baseData: {
        ver: 2,
        message: 'refused',
        severityLevel: 3,
        properties: { 'Operation Name': 'New-Order' },
      },
    },
  });
});
