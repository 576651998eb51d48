import { consoleFeatures } from './feature.ts';
import * as listed from './feature-list.ts';

/** Every feature of the console, in the order of the navigation. */
export const features = consoleFeatures(Object.values(listed));
