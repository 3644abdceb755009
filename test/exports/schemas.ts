import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv'
import Ajv2020 from 'ajv/dist/2020'
import { validateXML } from 'xmllint-wasm'
import { packageRoot } from '../../src/config/packageRoot'

/** What was published, in test/data (see the README beside each). JSON schemas' formats of texts are not checked. */
const published = (path: string) => readFileSync(join(packageRoot, 'test/data', path), 'utf8')

const spdxSchema = JSON.parse(published('spdx/spdx-json-schema.json'))
const isSpdx = new Ajv2020({ strict: false, validateFormats: false }).compile(spdxSchema)
// Draft 4, of which ajv no longer knows the meta-schema, and where `$id` was `id`: nothing else that it uses has changed.
const { $schema, id, ...provSchema } = JSON.parse(published('prov/prov-json.schema.json'))
const isProv = new Ajv({ strict: false, validateFormats: false }).compile(provSchema)

/** What is wrong with each, by its format's name; nothing: []. */
export const wrongWith: Record<string, (text: string) => Promise<unknown[]>> = {
  'spdx.json': async text => (isSpdx(JSON.parse(text)) ? [] : isSpdx.errors!),
  'prov.json': async text => (isProv(JSON.parse(text)) ? [] : isProv.errors!),
  graphml: async text => [...(await xmllint(text)).errors],
}

/** The same in the one way that C14N writes it: text has no markup but `&amp;`, `&lt;`, `&gt;` and `&#xD;`. */
export async function canonicalXml(text: string): Promise<string> {
  return (await xmllint(text)).normalized
}

function xmllint(text: string) {
  return validateXML({
    xml: [{ fileName: 'lineage.graphml', contents: text }],
    schema: [{ fileName: 'graphml.xsd', contents: published('graphml/graphml.xsd') }],
    preload: [{ fileName: 'xlink.xsd', contents: published('graphml/xlink.xsd') }],
    normalization: 'c14n',
  })
}
