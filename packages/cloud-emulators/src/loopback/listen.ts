import type { Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { acceptAbsoluteForm } from '@vertex-ai-gateway/apim-emulator/accept-absolute-form';
import { enableTlsResets } from '@vertex-ai-gateway/apim-emulator/enable-tls-resets';

/** A server that listens on 127.0.0.1. */
export interface Listening {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** The error of a port that is in use; its message names the port. */
export class PortTakenError extends Error {
  readonly port: number;
  constructor(port: number) {
    super(
      `Port ${port} on 127.0.0.1 is taken. Stop what uses it, or choose another; --port 0 picks free ports.`,
    );
    this.name = 'PortTakenError';
    this.port = port;
  }
}

/**
 * Listens on 127.0.0.1; port 0 picks a free one. Closing also ends open connections.
 * @param readsTargets true when the server reads targets in absolute form itself; otherwise it gets their paths.
 */
export async function listen(
  server: Server,
  port: number,
  { readsTargets = false }: { readonly readsTargets?: boolean } = {},
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  enableTlsResets(server);
  if (!readsTargets) acceptAbsoluteForm(server);
  const sockets = new Set<{ destroy: () => void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
