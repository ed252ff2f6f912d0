import { writeWitness } from '@vertex-ai-gateway/audit-ledger/commands';
import { ENVIRONMENT_FILE } from './environment-file.ts';

await writeWitness(ENVIRONMENT_FILE);
