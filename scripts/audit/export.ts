import { exportBundle } from '@vertex-ai-gateway/audit-ledger/commands';
import { ENVIRONMENT_FILE } from './environment-file.ts';

await exportBundle(ENVIRONMENT_FILE);
