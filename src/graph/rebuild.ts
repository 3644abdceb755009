import { acknowledge } from './acknowledgement'
import { closeContext, type GraphOptions, openContext } from './graphContext'
import { Projection } from './projection'
import { rebuildFromTables } from './rebuildFromTables'
import type { ProjectedHeight } from './watermark'

export interface Rebuilt {
  seconds: number
  /** blocks that the graph is now true at; empty if writers never paused long enough to say */
  heights: ProjectedHeight[]
}

/** Makes the graph anew, then brings it up to date. A running projector waits meanwhile, and goes on afterwards. */
export async function rebuildGraph(options: GraphOptions): Promise<Rebuilt> {
  const start = performance.now()
  const context = openContext(options)
  try {
    await acknowledge(context.pool, await rebuildFromTables(context))
    const projection = new Projection(context)
    while ((await projection.step()) === 'MORE') context.signal?.throwIfAborted()
    return { seconds: (performance.now() - start) / 1000, heights: projection.heights }
  } finally {
    await closeContext(context)
  }
}
