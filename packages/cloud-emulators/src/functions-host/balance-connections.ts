import { connect, createServer, type Socket } from 'node:net';
import { listen, type Listening } from '../loopback/listen.ts';

/**
 * Listens for connections and hands them on to the instances of an app in turn, as the platform's front end does with
 * requests. It skips an instance that is not there.
 * @param ports gives the ports of the instances on 127.0.0.1.
 * @throws PortTakenError when the port is in use.
 */
export function balanceConnections(ports: () => readonly number[], port: number): Promise<Listening> {
  let turn = 0;
  const handOn = (client: Socket, candidates: readonly number[]): void => {
    const [candidate, ...others] = candidates;
    if (candidate === undefined) {
      client.destroy();
      return;
    }
    const instance = connect({ host: '127.0.0.1', port: candidate, noDelay: true });
    const leave = (): void => void instance.destroy();
    client.once('close', leave);
    instance.once('error', () => {
      client.off('close', leave);
      handOn(client, others);
    });
    instance.once('connect', () => {
      instance.removeAllListeners('error');
      // A connection that breaks off on one side is reset on the other.
      instance.on('error', () => client.resetAndDestroy());
      instance.once('close', () => client.destroy());
      client.pipe(instance).pipe(client);
    });
  };
  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => undefined);
    const all = ports();
    turn += 1;
    const first = turn % Math.max(all.length, 1);
    handOn(client, [...all.slice(first), ...all.slice(0, first)]);
  });
  return listen(server, port);
}
