import { cyclonedx } from './cyclonedx'
import { ExportError } from './exportError'
import { graphml } from './graphml'
import { huggingFace } from './huggingFace'
import type { LineageDocument } from './lineageDocument'
import { provJson } from './provJson'
import { spdx } from './spdx'

export interface Format {
  contentType: string
  write(document: LineageDocument): string
}

/** By what a file's name ends in. */
export const FORMATS: Record<string, Format> = {
  'cdx.json': { contentType: 'application/vnd.cyclonedx+json; version=1.7', write: cyclonedx },
  'spdx.json': {
    contentType: 'application/ld+json; profile="https://spdx.org/rdf/3.0.1/spdx-context.jsonld"',
    write: spdx,
  },
  'prov.json': { contentType: 'application/json', write: provJson },
  graphml: { contentType: 'application/graphml+xml; charset=utf-8', write: graphml },
  'hf.yaml': { contentType: 'application/yaml; charset=utf-8', write: huggingFace },
}

export function formatOf(name: string): Format {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined
  if (format) return format
  const known = Object.keys(FORMATS).join(' or ')
  throw new ExportError('UNKNOWN_FORMAT', `no format ${name.slice(0, 80)}`, `write ${known}`)
}
