export {
  done,
  implementContract,
  type Api,
  type InCommunity,
  type Lease,
  type NodeApi,
  type ServiceIn,
} from './procedures.ts';
export { each, latest, type Subscribe } from './stream.ts';
