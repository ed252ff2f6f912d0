import type { Operation, Target } from './targets.ts';

/** Makes a call and reads its whole answer. @throws Error for any status but 200. */
export async function callOnce(target: Target, operation: Operation): Promise<void> {
  const { statusCode, body } = await target.pool.request({ method: 'POST', ...target.request(operation) });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${target.name} answers ${statusCode}: ${text}`);
}

/** Measures `count` calls, `concurrency` of them at once. @returns the duration of each in milliseconds. */
export async function measureCalls(
  target: Target,
  operation: Operation,
  count: number,
  concurrency: number,
): Promise<number[]> {
  const durations: number[] = [];
  let left = count;
  const loop = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const startedAt = performance.now();
      await callOnce(target, operation);
      durations.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  return durations;
}

/** Measures the first chunk of `count` streams, one after the other. @returns the duration of each in milliseconds. */
export async function measureFirstChunks(target: Target, count: number): Promise<number[]> {
  const durations: number[] = [];
  for (let made = 0; made < count; made += 1) {
    const startedAt = performance.now();
    const { statusCode, body } = await target.pool.request({
      method: 'POST',
      ...target.request('streamGenerateContent?alt=sse'),
    });
    if (statusCode !== 200) throw new Error(`${target.name} answers ${statusCode}: ${await body.text()}`);
    let isFirst = true;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (isFirst && chunk.length > 0) durations.push(performance.now() - startedAt);
      isFirst = false;
    }
  }
  return durations;
}
