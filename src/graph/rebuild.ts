import { acknowledge } from './acknowledgement'
import { closeContext, type GraphOptions, openContext } from './graphContext'
import { WatermarkLostError } from './graphError'
import { Projection } from './projection'
import { finishRebuild, rebuildFromTables } from './rebuildFromTables'
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
    const projection = new Projection(context, await rebuildFromTables(context))
    while ((await projection.step()) === 'MORE') context.signal?.throwIfAborted()
    if (!projection.position) throw new WatermarkLostError('another process has taken over the rebuild')
    const done = await finishRebuild(context, projection.position)
    await acknowledge(context.pool, done, true)
    return { seconds: (performance.now() - start) / 1000, heights: done.heights }
  } finally {
    await closeContext(context)
  }
}
