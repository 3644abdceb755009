import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Histogram, Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ApiMetrics } from '../../src/api/metrics'
import { packageRoot } from '../../src/config/packageRoot'
import { createProjectorMetrics } from '../../src/graph/projectorMetrics'
import { IndexerMetrics } from '../../src/indexer/metrics'

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8')
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, { command?: string[]; environment?: Record<string, string>; volumes?: string[] }>
}

/** Name -> its labels: what the registries of our processes show, and what Prometheus itself adds. */
const shown = new Map<string, readonly string[]>([['up', []]])
for (const { registry, labels } of registries()) {
  for (const metric of registry.getMetricsAsArray()) {
    const { name, labelNames } = metric as unknown as { name: string; labelNames: string[] }
    const all = [...labelNames, ...labels, 'job', 'instance']
    shown.set(name, all)
    if (!(metric instanceof Histogram)) continue
    for (const part of ['sum', 'count']) shown.set(`${name}_${part}`, all)
    shown.set(`${name}_bucket`, [...all, 'le'])
  }
}

function registries(): { registry: Registry; labels: string[] }[] {
  const nothing = {} as never
  const api = new ApiMetrics()
  api.watch(nothing, nothing, nothing, nothing)
  const graph = new Registry()
  createProjectorMetrics(graph)
  const { registry } = new IndexerMetrics('eip155:1', nothing, nothing, nothing)
  return [
    { registry, labels: ['chain'] },
    { registry: api.registry, labels: [] },
    { registry: graph, labels: [] },
  ]
}

/** Every metric of an expression is one of ours, and has the labels that are asked of it. */
function expectShown(expression: string, legend = ''): void {
  const names = [...expression.matchAll(/\b(provenance_\w+|up)\b(?:\{([^}]*)\})?/g)]
  expect(names.length, expression).toBeGreaterThan(0)
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(/,\s*/))
  for (const [, name, matchers = ''] of names) {
    const labels = shown.get(name!)
    expect(labels, `${name} in ${expression}`).toBeDefined()
    for (const [, label] of matchers.matchAll(/(\w+)\s*[=!]~?/g)) expect(labels).toContain(label)
  }
  const known = new Set(names.flatMap(([, name]) => shown.get(name!)!))
  for (const label of [...grouped, ...[...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(match => match[1]!)])
    expect([...known, 'job', 'instance'], `${label} in ${expression}`).toContain(label)
}

describe('the alerts', () => {
  const { groups } = parse(read('ops/prometheus/alerts.yml')) as {
    groups: {
      name: string
      rules: {
        alert: string
        expr: string
        for?: string
        labels: { severity: string }
        annotations: { summary: string; action: string }
      }[]
    }[]
  }
  const rules = groups.flatMap(group => group.rules)

  test('ask for figures that our processes show', () => {
    expect(rules.length).toBeGreaterThan(10)
    for (const { expr, annotations } of rules) {
      const used = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => `{{${label}}}`)
      expectShown(expr, used.join(' '))
    }
  })

  test('say how urgent they are and what to do, and are explained', () => {
    const page = read('docs/operations.md')
    for (const { alert, labels, annotations, for: time } of rules) {
      expect(['page', 'warn', 'info']).toContain(labels.severity)
      expect(annotations.action.length, alert).toBeGreaterThan(10)
      if (time) expect(time).toMatch(/^\d+[smh]$/)
      expect(page, alert).toContain(`\`${alert}\``)
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })
})

describe('the Grafana dashboard', () => {
  const dashboard = JSON.parse(read('ops/grafana/dashboards/provenance.json')) as {
    panels: {
      id: number
      type: string
      gridPos: { x: number; w: number }
      datasource?: { uid: string }
      targets?: { expr: string; legendFormat: string }[]
    }[]
  }

  test('shows figures that our processes show, each of them but for what only alerts need', () => {
    const targets = dashboard.panels.flatMap(panel => panel.targets ?? [])
    for (const { expr, legendFormat } of targets) expectShown(expr, legendFormat)
    const text = targets.map(({ expr }) => expr).join(' ')
    const unseen = [...shown.keys()].filter(name => name !== 'up' && !/_(sum|count|bucket)$/.test(name))
    expect(unseen.filter(name => !text.includes(name))).toEqual([])
  })

  test('asks the data source that is provisioned', () => {
    const { datasources } = parse(read('ops/grafana/provisioning/datasources/prometheus.yml'))
    const panels = dashboard.panels.filter(({ type }) => type !== 'row')
    for (const { datasource } of panels) expect(datasource!.uid).toBe(datasources[0].uid)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  })
})

describe('docker compose', () => {
  const prometheus = parse(read('ops/prometheus/prometheus.yml')) as {
    rule_files: string[]
    scrape_configs: { static_configs: { targets: string[] }[] }[]
  }

  test('has Prometheus ask every process of ours where it shows its figures', () => {
    const targets = prometheus.scrape_configs.flatMap(job => job.static_configs.flatMap(one => one.targets))
    const expected = Object.entries(compose.services).flatMap(([name, { command = [], environment }]) => {
      if (!environment?.PROVENANCE_CONFIG || command[0] === 'migrate') return []
      return `${name}:${command[0] === 'serve' ? environment.GQL_PORT : environment.PROMETHEUS_PORT}`
    })
    expect(targets.sort()).toEqual(expected.sort())
    for (const file of prometheus.rule_files)
      expect(existsSync(join(packageRoot, 'ops/prometheus', file))).toBe(true)
  })

  test('gives Grafana its data source and the folder of dashboards that it looks in', () => {
    const { volumes = [] } = compose.services.grafana!
    const { providers } = parse(read('ops/grafana/provisioning/dashboards/provenance.yml'))
    const mounted = volumes.map(volume => volume.split(':').slice(0, 2))
    expect(mounted).toContainEqual(['./ops/grafana/dashboards', providers[0].options.path])
    expect(mounted).toContainEqual(['./ops/grafana/provisioning', '/etc/grafana/provisioning'])
    const { datasources } = parse(read('ops/grafana/provisioning/datasources/prometheus.yml'))
    expect(new URL(datasources[0].url).hostname in compose.services).toBe(true)
  })
})
