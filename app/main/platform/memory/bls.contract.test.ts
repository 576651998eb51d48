import { blsContract } from '../../ledger/bls.contract.ts';
import { memoryBls, memoryBlsSigner } from './bls.ts';

blsContract('the stand-in', memoryBls, memoryBlsSigner);
