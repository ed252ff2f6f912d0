import type { KustoSchema } from './kusto-language.ts';

const COMMON = {
  timestamp: 'datetime',
  itemType: 'string',
  customDimensions: 'dynamic',
  customMeasurements: 'dynamic',
  operation_Name: 'string',
  operation_Id: 'string',
  operation_ParentId: 'string',
  operation_SyntheticSource: 'string',
  session_Id: 'string',
  user_Id: 'string',
  user_AuthenticatedId: 'string',
  user_AccountId: 'string',
  application_Version: 'string',
  client_Type: 'string',
  client_Model: 'string',
  client_OS: 'string',
  client_IP: 'string',
  client_City: 'string',
  client_StateOrProvince: 'string',
  client_CountryOrRegion: 'string',
  client_Browser: 'string',
  cloud_RoleName: 'string',
  cloud_RoleInstance: 'string',
  appId: 'string',
  appName: 'string',
  iKey: 'string',
  sdkVersion: 'string',
  itemId: 'string',
  itemCount: 'int',
  _ResourceId: 'string',
};

/**
 * Tables of Application Insights as a query of the component sees them: types of
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/appevents, …/apptraces, …/apprequests and …/appmetrics
 * under the names of
 * https://learn.microsoft.com/azure/azure-monitor/app/convert-classic-resource#workspace-based-resource-changes
 */
export const TELEMETRY_SCHEMA: KustoSchema = {
  customEvents: { ...COMMON, name: 'string' },
  traces: { ...COMMON, message: 'string', severityLevel: 'int' },
  requests: {
    ...COMMON,
    id: 'string',
    source: 'string',
    name: 'string',
    url: 'string',
    success: 'string',
    resultCode: 'string',
    duration: 'real',
    performanceBucket: 'string',
  },
  customMetrics: {
    ...COMMON,
    name: 'string',
    value: 'real',
    valueCount: 'int',
    valueSum: 'real',
    valueMin: 'real',
    valueMax: 'real',
    valueStdDev: 'real',
  },
};
