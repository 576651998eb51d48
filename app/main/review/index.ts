export { ReviewActs } from './acts.ts';
export { reviewApi } from './api.ts';
export { reviewKinds } from './kinds.ts';
export { reviewMigrations } from './migrations.ts';
export { createReview, type Review } from './service.ts';
