import type { PlannedService, ServiceType } from '../../governance/protection-plan.ts';
import { createServiceClient, ServiceUnavailableError } from './service-client.ts';
import type { AskService, ServiceDetection, ServiceQuestion } from './service-question.ts';

/** The services outside the gateway that inspect content. */
export interface InspectionServices {
  /**
   * Asks a service about the texts of one call.
   * @returns what it found; `unavailable` when it has no resource for the location, or does not answer in time and as it documents.
   * @throws the reason of the question's signal.
   */
  ask(
    service: PlannedService,
    question: Omit<ServiceQuestion, 'resource' | 'categories'> & { readonly location: string },
  ): Promise<readonly ServiceDetection[] | 'unavailable'>;
}

/** The options of `createInspectionServices`. */
export interface InspectionServicesOptions {
  /** One `host:port` that is connected to in place of every host of Model Armor; undefined for the hosts themselves. */
  readonly modelArmorEndpoint: string | undefined;
  /** The same for every host of Azure AI services. */
  readonly azureEndpoint: string | undefined;
  /** Gives the function app's token for `https://cognitiveservices.azure.com`. */
  readonly azureToken: () => Promise<string>;
  readonly timeoutInMs: number;
}

/** Creates the way to the services. Each is loaded, and connected to, when it is first asked. */
export function createInspectionServices({
  modelArmorEndpoint,
  azureEndpoint,
  azureToken,
  timeoutInMs,
}: InspectionServicesOptions): InspectionServices {
  const google = createServiceClient(modelArmorEndpoint);
  const azure = createServiceClient(azureEndpoint);
  const create: Readonly<Record<ServiceType, () => Promise<AskService>>> = {
    modelArmor: async () => (await import('./model-armor.ts')).createModelArmor(google),
    promptShields: async () => (await import('./prompt-shields.ts')).createPromptShields(azure, azureToken),
    personalData: async () => (await import('./personal-data.ts')).createPersonalData(azure, azureToken),
  };
  const created = new Map<ServiceType, Promise<AskService>>();
  const find = (type: ServiceType): Promise<AskService> => {
    const service = created.get(type) ?? create[type]();
    created.set(type, service);
    service.catch(() => created.delete(type));
    return service;
  };
  return {
    async ask({ type, resources, categories }, { location, abortSignal, ...question }) {
      const resource = resources.get(location);
      if (resource === undefined) return 'unavailable';
      const limit = AbortSignal.any([abortSignal, AbortSignal.timeout(timeoutInMs)]);
      try {
        const askService = await find(type);
        return await askService({ ...question, resource, categories, abortSignal: limit });
      } catch (error) {
        if (abortSignal.aborted) throw abortSignal.reason;
        if (error instanceof ServiceUnavailableError) return 'unavailable';
        throw error;
      }
    },
  };
}
