export { HealthSampler } from './health.ts';
export type { HealthProbe } from './ports.ts';
export { nodeMetrics, type MetricsInput } from './metrics.ts';
export { NoticeBoard } from './notices.ts';
