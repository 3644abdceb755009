/** Doubled as needed: most tables' columns are short in a batch, and each has a writer of its own. */
const FIRST_BYTES = 4 * 1024

/** Digits of a `numeric` are in base 10,000. */
const DIGITS = 4
/** Bytes of a `numeric` before its digits: their number, weight, sign, scale. */
const NUMERIC_HEAD = 8
const POSITIVE = 0x0000
const NEGATIVE = 0x4000
const ZERO = '0'.charCodeAt(0)
/** 2000-01-01, from which PostgreSQL counts, in milliseconds since 1970. */
const EPOCH = 946_684_800_000n

/** Rows of one block share their time. */
const latest = { ms: Number.NaN, value: Buffer.from([0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]) }

/**
 * Values in PostgreSQL's binary formats, those of COPY and of parameters: big-endian, each led by its length in bytes.
 * Source: the `…_send` functions of PostgreSQL's src/backend/utils/adt, and "COPY", section "Binary Format".
 */
export class BinaryWriter {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES)
  private length = 0

  /** What was written; nothing may be written after it. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  raw(bytes: Buffer): void {
    this.reserve(bytes.length)
    this.length += bytes.copy(this.buffer, this.length)
  }

  int16(value: number): void {
    this.reserve(2)
    this.length = this.buffer.writeInt16BE(value, this.length)
  }

  int32(value: number): void {
    this.reserve(4)
    this.length = this.buffer.writeInt32BE(value, this.length)
  }

  nullValue(): void {
    this.int32(-1)
  }

  textValue(value: string): void {
    this.reserve(4 + value.length * 3) // UTF-8 takes at most 3 bytes for a unit of UTF-16
    const bytes = this.buffer.write(value, this.length + 4)
    this.buffer.writeInt32BE(bytes, this.length)
    this.length += 4 + bytes
  }

  int4Value(value: number): void {
    this.int32(4)
    this.int32(value)
  }

  boolValue(value: boolean): void {
    this.int32(1)
    this.reserve(1)
    this.length = this.buffer.writeUInt8(value ? 1 : 0, this.length)
  }

  timestampValue(value: Date): void {
    const ms = value.getTime()
    if (ms !== latest.ms) {
      latest.value.writeBigInt64BE((BigInt(ms) - EPOCH) * 1000n, 4) // microseconds
      latest.ms = ms
    }
    this.raw(latest.value)
  }

  /** An integer of up to 131,072 digits, which is the most that the type holds. */
  numericValue(value: bigint): void {
    const decimal = String(value < 0n ? -value : value)
    const digits = value === 0n ? 0 : Math.ceil(decimal.length / DIGITS)
    this.reserve(4 + NUMERIC_HEAD + digits * 2)
    const { buffer } = this
    let at = this.length
    at = buffer.writeInt32BE(NUMERIC_HEAD + digits * 2, at)
    at = buffer.writeUInt16BE(digits, at) // unsigned, and all that follow are not
    at = buffer.writeInt16BE(digits === 0 ? 0 : digits - 1, at) // weight of the first digit, as a power of the base
    at = buffer.writeInt16BE(value < 0n ? NEGATIVE : POSITIVE, at)
    at = buffer.writeInt16BE(0, at)
    let read = 0
    for (let digit = digits; digit > 0; digit--) {
      const end = decimal.length - (digit - 1) * DIGITS
      let sum = 0
      for (; read < end; read++) sum = sum * 10 + decimal.charCodeAt(read) - ZERO
      at = buffer.writeInt16BE(sum, at)
    }
    this.length = at
  }

  /** A value that `write` writes, of a length that is known afterwards. */
  lengthOf(write: () => void): void {
    const start = this.length
    this.int32(0)
    write()
    this.buffer.writeInt32BE(this.length - start - 4, start)
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}
