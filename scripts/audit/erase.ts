import { erase } from '@vertex-ai-gateway/audit-ledger/commands';
import { ENVIRONMENT_FILE } from './environment-file.ts';

await erase(ENVIRONMENT_FILE);
