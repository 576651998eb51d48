/** Describes a machine in one line: processor, cores, memory, runtime. */
export function machineOf(cpus: readonly { model: string }[], memoryBytes: number, runtime: string): string {
  const model = cpus[0]?.model.trim() ?? 'unknown processor';
  return `${cpus.length} × ${model}, ${Math.round(memoryBytes / 1024 ** 3)} GB, Node ${runtime}`;
}
