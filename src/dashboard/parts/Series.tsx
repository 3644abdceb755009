import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { ratioOf, showAmount } from '../words/amount'
import { day } from '../words/numbers'

export interface SeriesProps {
  label: string
  decimals: number | null
  points: readonly { time: string; amount: string }[]
}

const HEIGHT = 220
/** Places of the y axis: amounts are drawn as parts of the largest, so that none is too large for a float. */
const PLACES = 10_000

/** An amount over days. What it shows is beside it as a table: a picture says nothing to who cannot see it. */
export function Series({ label, decimals, points }: SeriesProps) {
  const at = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = at.current!
    let plot = draw(box, label, decimals, points)
    const again = () => {
      plot.destroy()
      plot = draw(box, label, decimals, points)
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
  }, [label, decimals, points])
  return <div ref={at} class="series" aria-hidden="true" />
}

function draw(
  box: HTMLElement,
  label: string,
  decimals: number | null,
  points: SeriesProps['points'],
): uPlot {
  const largest = points.reduce((most, { amount }) => (BigInt(amount) > most ? BigInt(amount) : most), 1n)
  const amountAt = (place: number) =>
    showAmount(String((largest * BigInt(Math.round(place))) / BigInt(PLACES)), decimals).short
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 } }
  return new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      tzDate: time => uPlot.tzDate(new Date(time * 1000), 'UTC'),
      legend: { live: true },
      scales: { y: { range: [0, PLACES * 1.05] } },
      axes: [
        { ...axis, values: (_, times) => times.map(time => day(time * 1000)), space: 110 },
        { ...axis, size: 64, values: (_, places) => places.map(amountAt) },
      ],
      series: [
        { label: 'Day', value: (_, time) => (time === null ? '–' : day(time * 1000)) },
        {
          label,
          stroke: colour('--accent'),
          width: 2,
          fill: colour('--tint'),
          value: (_, place) => (place === null ? '–' : amountAt(place)),
        },
      ],
    },
    [
      points.map(({ time }) => Date.parse(time) / 1000),
      points.map(({ amount }) => ratioOf(amount, String(largest)) * PLACES),
    ],
    box,
  )
}
