/** A metric that policies send to Application Insights: one value, and what it is to be told apart by. */
export interface MetricTelemetry {
  readonly time: Date;
  readonly namespace: string;
  readonly name: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `context.RequestId`. */
  readonly requestId: string;
  /** The trace id, as in `TraceTelemetry`. */
  readonly operationId: string;
}
