import { openShipping, type OpenedShipping } from './open-shipping.ts';
import type { ServingFunctions, ShippingFunctions, ShippingOptions } from './shipping-options.ts';
import { connectThreads, type Port } from './thread-calls.ts';

/**
 * Ships the ledger for the thread at the other end of a port, which writes the chain and has the credential.
 * @param open opens the shipping; for tests.
 */
export function serveShipping(
  port: Port,
  options: ShippingOptions,
  open: (...given: Parameters<typeof openShipping>) => OpenedShipping = openShipping,
): void {
  const serving = connectThreads<ServingFunctions, ShippingFunctions>(port, {
    committed: (block) => opened.shipping.committed(block),
    sweep: async () => {
      try {
        return await opened.shipping.sweep();
      } finally {
        serving.tell('treeHead', opened.treeHead());
      }
    },
    close: (timeoutInMs) => opened.shipping.close(timeoutInMs),
  });
  const opened = open(options, {
    append: (body) => serving.call('append', body),
    credential: {
      getToken: (scopes, { claims, tenantId, enableCae } = {}) =>
        serving.call('getToken', scopes, {
          ...(claims !== undefined && { claims }),
          ...(tenantId !== undefined && { tenantId }),
          ...(enableCae !== undefined && { enableCae }),
        }),
    },
    onShipped: (cursor) => serving.tell('shipped', cursor),
  });
}
