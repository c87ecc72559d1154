// Frames of the serial line, as pure values: `STX LEN TYPE SEQ DATA ETX CRC`, and single ACK and NAK bytes.
//
// The format is docs/line.md. Nothing here reads a port or knows the time.

const STX = 0x02;
const ETX = 0x03;
export const ACK = 0x06;
export const NAK = 0x15;
const LARGEST_DATA = 32_768;
const KINDS = "HCREP";
// STX and LEN before what is counted, ETX and CRC after it.
const BEFORE = 3;
const AFTER = 3;

/** CRC-16/XMODEM. */
export function crc(bytes) {
  let check = 0;
  for (const byte of bytes) {
    check ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) check = check & 0x8000 ? (check << 1) ^ 0x1021 : check << 1;
  }
  return check & 0xffff;
}

export function encode(kind, seq, data) {
  const counted = data.length + 2;
  const frame = Buffer.alloc(BEFORE + counted + AFTER);
  frame.writeUInt8(STX, 0);
  frame.writeUInt16BE(counted, 1);
  frame.write(kind, BEFORE, "latin1");
  frame.writeUInt8(seq, BEFORE + 1);
  data.copy(frame, BEFORE + 2);
  frame.writeUInt8(ETX, BEFORE + counted);
  frame.writeUInt16BE(crc(frame.subarray(1, BEFORE + counted)), BEFORE + counted + 1);
  return frame;
}

/** Finds frames and signs in what comes, however it is split. Never holds more than one frame's bytes. */
export class Decoder {
  #bytes = Buffer.alloc(0);

  /** Whether a frame has begun and not ended. */
  get isInside() {
    return this.#bytes.length > 0;
  }

  /** What was found: `{frame}`, or `{sign}` with ACK, NAK or "bad". */
  feed(data) {
    this.#bytes = Buffer.concat([this.#bytes, data]);
    return this.#scan(false);
  }

  /** The rest will not come: whatever has begun is bad, and what stands behind it is looked at. */
  abandon() {
    return this.#scan(true);
  }

  reset() {
    this.#bytes = Buffer.alloc(0);
  }

  #scan(isOver) {
    const found = [];
    let at = 0;
    for (; at < this.#bytes.length; ) {
      const byte = this.#bytes[at];
      if (byte !== STX) {
        if (byte === ACK || byte === NAK) found.push({ sign: byte });
        at += 1;
        continue;
      }
      const frame = this.#frame(this.#bytes.subarray(at));
      if (frame === "more" && !isOver) break;
      if (frame === "bad" || frame === "more") {
        // One byte on, never a flush: a good frame may stand right behind a false STX.
        found.push({ sign: "bad" });
        at += 1;
      } else {
        found.push({ frame });
        at += frame.size;
      }
    }
    this.#bytes = Buffer.from(this.#bytes.subarray(at));
    return found;
  }

  #frame(bytes) {
    if (bytes.length < BEFORE) return "more";
    const length = bytes.readUInt16BE(1);
    // Checked before anything is waited for: a damaged LEN may claim anything.
    if (length < 2 || length > LARGEST_DATA + 2) return "bad";
    if (bytes.length > BEFORE && !KINDS.includes(String.fromCharCode(bytes[BEFORE]))) return "bad";
    const size = BEFORE + length + AFTER;
    if (bytes.length < size) return "more";
    const check = bytes.readUInt16BE(BEFORE + length + 1);
    if (bytes[BEFORE + length] !== ETX || check !== crc(bytes.subarray(1, BEFORE + length))) return "bad";
    const data = Buffer.from(bytes.subarray(BEFORE + 2, BEFORE + length));
    return { kind: String.fromCharCode(bytes[BEFORE]), seq: bytes[BEFORE + 1], data, check, size };
  }
}
