import { z } from 'zod';
import { AnyBody, InstancesBody, PredictBody } from '../../src/dialects/vertex-bodies.ts';
import { vertexComponents } from './vertex-content-schemas.ts';

const { instances, parameters } = PredictBody.shape;

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/predict */
export const PredictRequest = PredictBody.safeExtend({
  instances: instances.describe('What to predict for; the model says what one instance looks like.'),
  parameters: parameters.describe('Parameters of the prediction, if the model takes any.'),
})
  .describe('Input of a custom endpoint.')
  .register(vertexComponents, { id: 'PredictRequest' });

const DeployedModel = {
  deployedModelId: z.string().optional().describe('Id of the deployed model that answered.'),
  model: z.string().optional().describe('Resource name of the model that answered.'),
  modelDisplayName: z.string().optional().describe('Display name of the model that answered.'),
  modelVersionId: z.string().optional().describe('Version of the model that answered.'),
};

export const PredictResponse = z
  .looseObject({
    predictions: z.array(z.unknown()).describe('One prediction for each instance, in their order.'),
    ...DeployedModel,
    metadata: z.looseObject({}).optional().describe('What the model says besides.'),
  })
  .describe('Output of a custom endpoint.')
  .register(vertexComponents, { id: 'PredictResponse' });

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/explain */
export const ExplainRequest = InstancesBody.safeExtend({
  instances: instances.describe('What to explain; the model says what one instance looks like.'),
  parameters: parameters.describe('Parameters of the prediction, if the model takes any.'),
  explanationSpecOverride: z
    .looseObject({})
    .optional()
    .describe('How to explain, other than the deployed model says.'),
  deployedModelId: z.string().optional().describe('The deployed model to ask, where there are several.'),
})
  .describe('What to explain.')
  .register(vertexComponents, { id: 'ExplainRequest' });

const Attribution = z
  .looseObject({
    baselineOutputValue: z.number().optional().describe('Output for the baseline.'),
    instanceOutputValue: z.number().optional().describe('Output for the instance.'),
    featureAttributions: z.unknown().optional().describe('What each feature adds to the difference.'),
    outputIndex: z.array(z.int()).optional().describe('Which output is explained.'),
    outputDisplayName: z.string().optional().describe('Its name for people.'),
    outputName: z.string().optional().describe('Its name.'),
    approximationError: z.number().optional().describe('Error of the approximation.'),
  })
  .describe('How features make up one output.')
  .register(vertexComponents, { id: 'Attribution' });

export const ExplainResponse = z
  .looseObject({
    explanations: z
      .array(z.looseObject({ attributions: z.array(Attribution).optional().describe('By output.') }))
      .describe('One for each instance, in their order.'),
    deployedModelId: z.string().optional().describe('Id of the deployed model that answered.'),
    predictions: z.array(z.unknown()).describe('One prediction for each instance, in their order.'),
  })
  .describe('Predictions and what they come from.')
  .register(vertexComponents, { id: 'ExplainResponse' });

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/Tensor */
const Tensor = z
  .looseObject({
    dtype: z.string().optional().describe('Type of its values, such as FLOAT or INT64.'),
    shape: z
      .array(z.union([z.string(), z.int()]))
      .optional()
      .describe('Its dimensions; 64-bit numbers are text in JSON.'),
    boolVal: z.array(z.boolean()).optional().describe('Values that are BOOL.'),
    stringVal: z.array(z.string()).optional().describe('Values that are STRING.'),
    floatVal: z.array(z.number()).optional().describe('Values that are FLOAT.'),
    doubleVal: z.array(z.number()).optional().describe('Values that are DOUBLE.'),
    intVal: z.array(z.int()).optional().describe('Values of at most 32 bits.'),
    int64Val: z
      .array(z.union([z.string(), z.int()]))
      .optional()
      .describe('Values that are INT64.'),
    listVal: z.array(z.looseObject({})).optional().describe('A list of tensors.'),
    structVal: z.looseObject({}).optional().describe('Tensors by name.'),
    tensorVal: z.string().optional().describe('Serialized values, base64.'),
  })
  .describe('A tensor.')
  .register(vertexComponents, { id: 'Tensor' });

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/directPredict */
export const DirectPredictRequest = z
  .looseObject({
    inputs: z.array(Tensor).optional().describe('Input of the model.'),
    parameters: Tensor.optional().describe('Parameters of the prediction.'),
  })
  .describe('Input of a model that takes tensors.')
  .register(vertexComponents, { id: 'DirectPredictRequest' });

export const DirectPredictResponse = z
  .looseObject({
    outputs: z.array(Tensor).optional().describe('Output of the model.'),
    parameters: Tensor.optional().describe('Parameters that went with it.'),
  })
  .describe('Output of a model that takes tensors.')
  .register(vertexComponents, { id: 'DirectPredictResponse' });

export const DirectPredictParts = z
  .array(DirectPredictResponse)
  .describe('The parts of a streamed answer.')
  .register(vertexComponents, { id: 'DirectPredictParts' });

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/directRawPredict */
export const DirectRawPredictRequest = z
  .looseObject({
    methodName: z.string().optional().describe('Fully qualified name of the method of the container.'),
    input: z.string().optional().describe('Its input, base64.'),
  })
  .describe('A call of a container by its own method.')
  .register(vertexComponents, { id: 'DirectRawPredictRequest' });

export const DirectRawPredictResponse = z
  .looseObject({ output: z.string().optional().describe("The method's output, base64.") })
  .describe("What a container's own method returned.")
  .register(vertexComponents, { id: 'DirectRawPredictResponse' });

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/rawPredict */
export const ContainerRequest = AnyBody.describe('What the container takes.').register(vertexComponents, {
  id: 'ContainerRequest',
});

export const ContainerResponse = z
  .looseObject({})
  .describe('What the container answers.')
  .register(vertexComponents, { id: 'ContainerResponse' });
