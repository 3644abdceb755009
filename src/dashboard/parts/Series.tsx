import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { ratioOf, showAmount } from '../words/amount'
import { day } from '../words/numbers'

export interface SeriesProps {
  label: string
  decimals: number | null
  points: readonly { time: string; amount: string }[]
  /** another amount of the same token at the same points */
  second?: { label: string; amounts: readonly string[] }
  /** what happened, as lines from top to bottom */
  marks?: readonly { kind: string; time: string }[]
}

const HEIGHT = 220
/** Places of the y axis: amounts are drawn as parts of the largest, so that none is too large for a float. */
const PLACES = 10_000
const NONE: NonNullable<SeriesProps['marks']> = []

/** An amount over days. What it shows is beside it as a table: a picture says nothing to who cannot see it. */
export function Series({ label, decimals, points, second, marks = NONE }: SeriesProps) {
  const at = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = at.current!
    let plot = draw(box, { label, decimals, points, second, marks })
    const again = () => {
      plot.destroy()
      plot = draw(box, { label, decimals, points, second, marks })
    }
    const size = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }))
    size.observe(box)
    const theme = new MutationObserver(again)
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', again)
    return () => {
      size.disconnect()
      theme.disconnect()
      system.removeEventListener('change', again)
      plot.destroy()
    }
  }, [label, decimals, points, second, marks])
  return <div ref={at} class="series" aria-hidden="true" />
}

function draw(box: HTMLElement, { label, decimals, points, second, marks = NONE }: SeriesProps): uPlot {
  const amounts = points.map(({ amount }) => amount)
  const largest = [...amounts, ...(second?.amounts ?? [])].reduce(
    (most, amount) => (BigInt(amount) > most ? BigInt(amount) : most),
    1n,
  )
  const amountAt = (place: number) =>
    showAmount(String((largest * BigInt(Math.round(place))) / BigInt(PLACES)), decimals).short
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const line = (name: string, stroke: string) => ({
    label: name,
    stroke,
    width: 2,
    value: (_: uPlot, place: number | null) => (place === null ? '–' : amountAt(place)),
  })
  const placesOf = (some: readonly string[]) => some.map(amount => ratioOf(amount, String(largest)) * PLACES)
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 } }
  return new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      tzDate: time => uPlot.tzDate(new Date(time * 1000), 'UTC'),
      legend: { live: true },
      hooks: { draw: [plot => drawMarks(plot, marks, colour('--bad'))] },
      scales: { y: { range: [0, PLACES * 1.05] } },
      axes: [
        { ...axis, values: (_, times) => times.map(time => day(time * 1000)), space: 110 },
        { ...axis, size: 64, values: (_, places) => places.map(amountAt) },
      ],
      series: [
        { label: 'Day', value: (_, time) => (time === null ? '–' : day(time * 1000)) },
        { ...line(label, colour('--accent')), fill: colour('--tint') },
        ...(second ? [{ ...line(second.label, colour('--text')), dash: [6, 4] }] : []),
      ],
    },
    [
      points.map(({ time }) => Date.parse(time) / 1000),
      placesOf(amounts),
      ...(second ? [placesOf(second.amounts)] : []),
    ],
    box,
  )
}

/** Seconds since 1970 of the midnight that the day of a time began with: where its point stands. */
function dayOf(time: string): number {
  return Math.floor(Date.parse(time) / 86_400_000) * 86_400
}

/** Slashes as lines, disputes as dashed ones. */
function drawMarks(plot: uPlot, marks: NonNullable<SeriesProps['marks']>, colour: string): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = devicePixelRatio
  for (const { kind, time } of marks) {
    const x = plot.valToPos(dayOf(time), 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.setLineDash(kind === 'SLASH' ? [] : [4 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}
