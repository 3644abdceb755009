export async function lineage(): Promise<void> {}
