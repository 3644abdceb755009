/** RFC 4180 as written, so that files are read by other means than the library that made them. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (quoted) {
      if (char !== '"') field += char
      else if (text[i + 1] === '"') field += text[++i]
      else quoted = false
    } else if (char === '"') {
      quoted = true
    } else if (char === ',' || text.startsWith('\r\n', i)) {
      record.push(field)
      field = ''
      if (char === ',') continue
      i++
      records.push(record)
      record = []
    } else {
      field += char
    }
  }
  if (field !== '' || record.length > 0) throw new Error('the last record has no end')
  return records
}
