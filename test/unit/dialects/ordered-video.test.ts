import { readOrderedVideo } from '../../../src/dialects/ordered-video.ts';
import type { Usage } from '../../../src/prediction/answer.ts';
import { jsonOf } from '../json-of.ts';

test.each<[parameters: unknown, ordered: Usage]>([
  [undefined, { videoSeconds: 8 }],
  [{}, { videoSeconds: 8 }],
  [{ sampleCount: 4 }, { videoSeconds: 32 }],
  [{ sampleCount: 2, durationSeconds: 6, generateAudio: true }, { videoSeconds: 12 }],
  [{ sampleCount: 2, durationSeconds: 4, generateAudio: false }, { silentVideoSeconds: 8 }],
  [{ sampleCount: null, durationSeconds: null, generateAudio: null }, { videoSeconds: 8 }],
  [{ sampleCount: '2' }, {}],
  [{ sampleCount: -1 }, {}],
  [{ sampleCount: 1e9 }, {}],
  [{ durationSeconds: 4.5 }, {}],
  [{ durationSeconds: [8] }, {}],
  [[], { videoSeconds: 8 }],
])('parameters %j order %j', (parameters, ordered) => {
  const body = {
    instances: [{ prompt: 'Irises in the wind.' }],
    ...(parameters !== undefined && { parameters }),
  };
  expect(readOrderedVideo(jsonOf(body))).toEqual(ordered);
});
