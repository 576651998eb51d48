export { HealthSampler, type HealthProbe } from './health.ts';
export { nodeMetrics, type MetricsInput } from './metrics.ts';
export { NoticeBoard } from './notices.ts';
