import { broken, notTried, works } from '../finding.ts';
import type { Leg } from '../leg.ts';

/** Tokens are refused that are issued more than a minute in the future. */
const TOLERATED_IN_MS = 60_000;

/** Examines how far the services' clocks are from this machine's, by the headers Date of their answers. */
export const clocksLeg: Leg = {
  name: 'clocks',
  needs: ['settings'],
  async examine(run) {
    const reach = await run.reach();
    const clocks = reach.answered.flatMap(({ service, answer }) => {
      const date = Date.parse(answer.header('date') ?? '');
      return Number.isNaN(date) ? [] : [{ host: hostOf(service.url), aheadInMs: date - answer.at }];
    });
    if (clocks.length === 0) return notTried('connections', 'no service answered with the time.');
    const wrong = clocks.filter(({ aheadInMs }) => Math.abs(aheadInMs) > TOLERATED_IN_MS);
    const details = {
      clocks: clocks.map(({ host, aheadInMs }) => `${host}: ${Math.round(aheadInMs / 1000)} s`),
    };
    if (wrong.length === 0) return works('All clocks are within a minute of this machine’s.', details);
    const [first] = wrong;
    const minutes = Math.round(Math.abs(first?.aheadInMs ?? 0) / 6_000) / 10;
    const isOurs = wrong.length > clocks.length / 2;
    return broken(
      isOurs
        ? `This machine’s clock is ${minutes} minutes ${(first?.aheadInMs ?? 0) < 0 ? 'ahead' : 'behind'}: ${wrong.length} of ${clocks.length} services say so.`
        : `The clocks of ${wrong.map(({ host }) => host).join(', ')} differ from this machine’s by ${minutes} minutes and more.`,
      isOurs
        ? [
            'On a machine of your own: sudo timedatectl set-ntp true',
            'A function app gets its time from the platform: az functionapp restart --name APP --resource-group GROUP moves it to another machine.',
          ]
        : ['Look for a proxy or cache between that answers with old headers.'],
      details,
    );
  },
};

function hostOf(url: string): string {
  return new URL(url).host;
}
