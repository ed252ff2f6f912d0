import { EDGE_LEGS } from '../../src/doctor/all-legs.ts';
import type { DoctorReport } from '../../src/doctor/report.ts';
import { isRefusal, type Refusal } from './ask-gateway.ts';

/** Puts the edge's legs of the gateway's own report, or its refusal, in place of those that can't be seen from here. */
export function joinReports(here: DoctorReport, gateway: DoctorReport | Refusal): DoctorReport {
  const ofEdge = new Set(EDGE_LEGS.map(({ name }) => name));
  const legs = here.legs.map((leg) => {
    if (isRefusal(gateway)) return gateway.leg === leg.leg ? { ...leg, ...gateway.finding } : leg;
    const own = ofEdge.has(leg.leg) ? gateway.legs.find((one) => one.leg === leg.leg) : undefined;
    return own ?? leg;
  });
  const broken = legs.filter(({ status }) => status === 'broken').map(({ leg }) => leg);
  return { ...here, legs, broken, isWell: broken.length === 0 };
}
