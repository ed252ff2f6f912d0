import { createAuditedTrail } from './audited-trail.ts';

test('nothing is wrong with a trail that nobody touched', async () => {
  const trail = await createAuditedTrail();
  await trail.goOn();
  const { findings, notChecked } = await trail.verify();
  expect({ findings, notChecked }).toEqual({ findings: [], notChecked: [] });
});
