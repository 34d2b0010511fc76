/** How a connector is set to write values. Must not know a value. */

export interface DebeziumModes {
  /** `decimal.handling.mode` */
  readonly decimals: 'precise' | 'string' | 'double';
  /** `time.precision.mode` */
  readonly times: 'adaptive' | 'adaptive_time_microseconds' | 'connect';
  /** `binary.handling.mode` */
  readonly binary: 'bytes' | 'base64' | 'hex';
  /** `interval.handling.mode` */
  readonly intervals: 'numeric' | 'string';
}
