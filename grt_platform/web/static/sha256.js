// SHA-256 (FIPS 180-4) of bytes that come piece by piece: the browser's own needs all of them at once, and https.
const CONSTANTS = constants();

function constants() {
  const found = [];
  for (let n = 2; found.length < 64; n++) {
    let divisor = 2;
    while (divisor * divisor <= n && n % divisor) divisor++;
    if (divisor * divisor > n) found.push(n);
  }
  const fraction = (value) => Math.floor((value - Math.floor(value)) * 2 ** 32);
  return { rounds: Uint32Array.from(found, (n) => fraction(Math.cbrt(n))), start: Uint32Array.from(found.slice(0, 8), (n) => fraction(Math.sqrt(n))) };
}

export class Sha256 {
  constructor() {
    this.state = CONSTANTS.start.slice();
    this.words = new Int32Array(64);
    this.rest = new Uint8Array(64);
    this.held = 0;
    this.size = 0;
  }

  update(bytes) {
    this.size += bytes.length;
    let at = 0;
    if (this.held) {
      at = Math.min(64 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < 64) return this;
      this.block(this.rest, 0);
      this.held = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
    this.rest.set(bytes.subarray(at));
    this.held = bytes.length - at;
    return this;
  }

  hex() {
    const bits = this.size * 8;
    const padding = new Uint8Array(((119 - (this.size % 64)) % 64) + 9);
    padding[0] = 0x80;
    const tail = new DataView(padding.buffer, padding.length - 8);
    tail.setUint32(0, Math.floor(bits / 2 ** 32));
    tail.setUint32(4, bits >>> 0);
    this.update(padding);
    return [...this.state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  block(bytes, at) {
    const { words, state } = this;
    const rounds = CONSTANTS.rounds;
    for (let n = 0; n < 16; n++, at += 4) words[n] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    for (let n = 16; n < 64; n++) {
      const early = words[n - 15], late = words[n - 2];
      const low = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
      const high = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
      words[n] = (words[n - 16] + low + words[n - 7] + high) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let n = 0; n < 64; n++) {
      const turned = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + turned + ((e & f) ^ (~e & g)) + rounds[n] + words[n]) | 0;
      const mixed = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (mixed + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    const after = [a, b, c, d, e, f, g, h];
    for (let n = 0; n < 8; n++) state[n] += after[n];
  }
}
