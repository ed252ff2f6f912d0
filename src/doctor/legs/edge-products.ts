import { broken, notVisible, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { safeText } from '../safe-text.ts';

/** Examines whether the product of the question is one of governance. Other products can't be seen from a call. */
export const edgeProductsLeg: Leg = {
  name: 'edge-products',
  needs: [],
  examine({ edge, dependencies: { documents } }) {
    const products = documents.limits.products.map(({ id }) => id);
    if (!edge)
      return notVisible('Products come with a question through API Management alone.', [
        'az apim product list --service-name SERVICE --resource-group GROUP --query "[].name"',
      ]);
    if (products.includes(edge.productId))
      return works(
        `The question came by the product ${edge.productId}, which governance/limits.yaml lists. Of other products a question tells nothing.`,
        { products },
      );
    return broken(
      `The product ${safeText(edge.productId)} of API Management is not in governance/limits.yaml.`,
      [
        'Add it under products in governance/limits.yaml and run: npm run policy:build',
        'az apim product list --service-name SERVICE --resource-group GROUP --query "[].name"',
      ],
    );
  },
};
