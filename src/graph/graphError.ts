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

/** Another projector wrote the watermark that this one was about to write. Nothing of ours was written. */
export class ProjectorConflictError extends GraphError {
  override name = 'ProjectorConflictError'

  constructor(expected: string, met: string, holder: string) {
    super(
      `projector: Neo4j's watermark is ${met}, expected ${expected}: ${holder} projects into it as well`,
      'run one `provenance graph project` for one Neo4j; the other one goes on',
    )
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
