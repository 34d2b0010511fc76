/** The entry `isthmus/dual-read`. */
export {
  type ComparedRead,
  type DualRead,
  type DualReadCounts,
  type DualReadOptions,
  dualRead,
  type Served,
} from './dual-read.js';
export { type ReadReporter, type ReadReporterOptions, reportReads } from './report-reads.js';
export { sameValue } from './same-value.js';
