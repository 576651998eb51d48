export { HealthSampler } from './health.ts';
export type { HealthProbe } from './ports.ts';
export { communityMetrics, nodeMetrics } from './metrics.ts';
export { NoticeBoard } from './notices.ts';
