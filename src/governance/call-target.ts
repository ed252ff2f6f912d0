/** What is asked of which model or endpoint, where: all that a decision depends on besides the caller. */
export interface CallTarget {
  readonly project: string;
  readonly location: string;
  readonly operation: string;
  readonly resource: ModelResource | EndpointResource;
}

interface ModelResource {
  readonly kind: 'model';
  readonly publisher: string;
  readonly model: string;
}

interface EndpointResource {
  readonly kind: 'endpoint';
  readonly endpoint: string;
}
