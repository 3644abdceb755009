/** Something that the graph needs and does not have, with what the reader can do about it. */
export class GraphError extends Error {
  override name = 'GraphError'

  constructor(
    message: string,
    readonly fix: string,
    options?: { cause?: unknown },
  ) {
    super(`${message}\n  fix: ${fix}`, options)
  }
}

/** Another process makes the graph anew. */
export class RebuildingError extends GraphError {
  override name = 'RebuildingError'

  constructor(holder: string) {
    super(
      `rebuild: ${holder} is rebuilding the graph`,
      'let it end; if that process has died on another machine, try again in a minute',
    )
  }
}

/** Another projector is at work. Nothing of ours was written. */
export class ProjectorConflictError extends GraphError {
  override name = 'ProjectorConflictError'

  constructor(met: string, fix = 'the other one goes on') {
    super(`projector: ${met}`, `run one \`provenance graph project\` for one database and one Neo4j; ${fix}`)
  }
}

/** The watermark changed hands by a rebuild, or is gone: what is known of it must be read anew. */
export class WatermarkLostError extends Error {
  override name = 'WatermarkLostError'
}

/** A question about lineage that cannot be answered as it was asked. */
export class LineageRequestError extends GraphError {
  override name = 'LineageRequestError'
}
