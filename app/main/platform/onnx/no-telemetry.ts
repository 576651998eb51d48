/**
 * Keeps the ONNX runtime from writing an id of this machine into the home directory and from sending reports to its
 * makers. The runtime reads the environment of the process when it is loaded, so call this in the main thread before any
 * thread loads it: `process.env` of a worker is a copy.
 */
export function refuseTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
