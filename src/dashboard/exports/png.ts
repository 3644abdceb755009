/** Twice as fine as it is on the screen, for print. */
const SCALE = 2
/** What every browser can draw on one canvas, pixels in each direction. */
const MOST_PIXELS = 8192

/** A picture of an SVG, on the page's ground. @throws Error where the browser cannot draw it */
export async function pngOf(svg: string, width: number, height: number): Promise<Blob> {
  const scale = Math.min(SCALE, MOST_PIXELS / width, MOST_PIXELS / height)
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.ceil(width * scale)
    canvas.height = Math.ceil(height * scale)
    const context = canvas.getContext('2d')!
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--panel').trim()
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(image, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'))
    if (!blob) throw new Error('no picture')
    return blob
  } finally {
    URL.revokeObjectURL(url)
  }
}
