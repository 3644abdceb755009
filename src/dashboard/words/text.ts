/** Words that somebody wrote into a chain, before they are shown. */

/** Characters that are not seen, or that turn the reading direction of what stands around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** At most `most` characters of a text, one line, ending in `…` where more was there. */
export function cut(text: string, most = 80): string {
  // Enough is looked at to fill the line; what lies behind is never read.
  const seen = text
    .slice(0, most * 4)
    .replace(UNSEEN, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const characters = [...seen]
  if (characters.length <= most && text.length <= most * 4) return seen
  return `${characters.slice(0, most - 1).join('')}…`
}

/** `0x9965…a4dc` */
export function shortHex(hex: string): string {
  return hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex
}

/** `eip155:1514/story:0x50f9…2281`: what tells ids apart stays. */
export function shortId(id: string): string {
  return cut(id, 120).replace(/0x[0-9a-f]{12,}/gi, shortHex)
}
