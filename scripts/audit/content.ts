import { showContent } from '@vertex-ai-gateway/audit-ledger/commands';
import { ENVIRONMENT_FILE } from './environment-file.ts';

await showContent(ENVIRONMENT_FILE);
