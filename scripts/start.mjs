// npm start: installs and builds where needed, then runs the sandbox in this process, so that Ctrl-C is its own.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

prepare()
process.chdir(root)
process.argv = [process.argv[0], 'provenance', 'sandbox', ...process.argv.slice(2)]
createRequire(import.meta.url)(join(root, 'lib/cli/main.js'))
