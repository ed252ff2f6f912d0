import { verify } from '@vertex-ai-gateway/audit-ledger/commands';
import { ENVIRONMENT_FILE } from './environment-file.ts';

await verify(ENVIRONMENT_FILE);
