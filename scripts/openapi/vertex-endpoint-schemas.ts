import { z } from 'zod';
import { AnyBody, InstancesBody, PredictBody } from '../../src/dialects/vertex-bodies.ts';
import { vertexComponents } from './vertex-content-schemas.ts';

const { instances, parameters, labels } = PredictBody.shape;

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/predict */
export const PredictRequest = PredictBody.safeExtend({
  labels: labels.describe('Labels. The gateway does not send them to Vertex AI.'),
  instances: instances.describe('The instances to predict for. Their form depends on the model.'),
  parameters: parameters.describe('The parameters of the prediction, if the model takes any.'),
})
  .describe('Input of a custom endpoint.')
  .register(vertexComponents, { id: 'PredictRequest' });

const DeployedModel = {
  deployedModelId: z.string().optional().describe('The id of the deployed model that answered.'),
  model: z.string().optional().describe('The resource name of the model that answered.'),
  modelDisplayName: z.string().optional().describe('The display name of the model that answered.'),
  modelVersionId: z.string().optional().describe('The version of the model that answered.'),
};

export const PredictResponse = z
  .looseObject({
    predictions: z.array(z.unknown()).describe('One prediction for each instance, in their order.'),
    ...DeployedModel,
    metadata: z
      .looseObject({})
      .optional()
      .describe("Metadata of the predictions, in a form of the model's own."),
  })
  .describe('Output of a custom endpoint.')
  .register(vertexComponents, { id: 'PredictResponse' });

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/explain */
export const ExplainRequest = InstancesBody.safeExtend({
  instances: instances.describe('The instances to explain. Their form depends on the model.'),
  parameters: parameters.describe('The parameters of the prediction, if the model takes any.'),
  explanationSpecOverride: z
    .looseObject({})
    .optional()
    .describe('The explanation settings that replace those of the deployed model.'),
  deployedModelId: z
    .string()
    .optional()
    .describe('The id of the deployed model to use, if the endpoint has several.'),
})
  .describe('A request for explanations.')
  .register(vertexComponents, { id: 'ExplainRequest' });

const Attribution = z
  .looseObject({
    baselineOutputValue: z.number().optional().describe("The model's output for the baseline."),
    instanceOutputValue: z.number().optional().describe("The model's output for the instance."),
    featureAttributions: z
      .unknown()
      .optional()
      .describe('The share of each feature in the difference of the two outputs.'),
    outputIndex: z.array(z.int()).optional().describe('The index of the explained output.'),
    outputDisplayName: z.string().optional().describe('The display name of the output.'),
    outputName: z.string().optional().describe('The name of the output.'),
    approximationError: z.number().optional().describe('The error of the approximation.'),
  })
  .describe('The shares of the features in one output.')
  .register(vertexComponents, { id: 'Attribution' });

export const ExplainResponse = z
  .looseObject({
    explanations: z
      .array(
        z.looseObject({
          attributions: z.array(Attribution).optional().describe('The attributions, one for each output.'),
        }),
      )
      .describe('The explanations, one for each instance, in their order.'),
    deployedModelId: z.string().optional().describe('The id of the deployed model that answered.'),
    predictions: z.array(z.unknown()).describe('One prediction for each instance, in their order.'),
  })
  .describe('The predictions and their explanations.')
  .register(vertexComponents, { id: 'ExplainResponse' });

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/Tensor */
const Tensor = z
  .looseObject({
    dtype: z.string().optional().describe("The type of the tensor's values, such as `FLOAT` or `INT64`."),
    shape: z
      .array(z.union([z.string(), z.int()]))
      .optional()
      .describe("The tensor's dimensions. JSON has 64-bit numbers as text."),
    boolVal: z.array(z.boolean()).optional().describe('The values of a tensor of type `BOOL`.'),
    stringVal: z.array(z.string()).optional().describe('The values of a tensor of type `STRING`.'),
    floatVal: z.array(z.number()).optional().describe('The values of a tensor of type `FLOAT`.'),
    doubleVal: z.array(z.number()).optional().describe('The values of a tensor of type `DOUBLE`.'),
    intVal: z.array(z.int()).optional().describe('The values of a tensor of integers of at most 32 bits.'),
    int64Val: z
      .array(z.union([z.string(), z.int()]))
      .optional()
      .describe('The values of a tensor of type `INT64`.'),
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
    parameters: Tensor.optional().describe('The parameters of the prediction.'),
  })
  .describe('Input of a model that takes tensors.')
  .register(vertexComponents, { id: 'DirectPredictRequest' });

export const DirectPredictResponse = z
  .looseObject({
    outputs: z.array(Tensor).optional().describe('Output of the model.'),
    parameters: Tensor.optional().describe('The parameters of the prediction.'),
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
    methodName: z.string().optional().describe("The fully qualified name of the container's method."),
    input: z.string().optional().describe("The method's input, base64."),
  })
  .describe('A call of a method of the container.')
  .register(vertexComponents, { id: 'DirectRawPredictRequest' });

export const DirectRawPredictResponse = z
  .looseObject({ output: z.string().optional().describe("The method's output, base64.") })
  .describe('The result of a method of the container.')
  .register(vertexComponents, { id: 'DirectRawPredictResponse' });

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/rawPredict */
export const ContainerRequest = AnyBody.describe("The container's input, in a form of its own.").register(
  vertexComponents,
  {
    id: 'ContainerRequest',
  },
);

export const ContainerResponse = z
  .looseObject({})
  .describe("The container's answer, in a form of its own.")
  .register(vertexComponents, { id: 'ContainerResponse' });
