#!/usr/bin/env node
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const main = join(__dirname, '../lib/cli/main.js')
if (!existsSync(main)) {
  console.error('provenance is not built yet\n  fix: npm ci && npm run build')
  process.exit(1)
}
require(main)
