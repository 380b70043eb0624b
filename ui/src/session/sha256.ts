// FIPS 180-4. Web Crypto is asynchronous per call, which makes 50 000 short digests slow.
const K = new Uint32Array(64);
const H0 = new Uint32Array(8);
(() => {
  const frac = (x: number) => ((x - Math.floor(x)) * 0x1_0000_0000) | 0;
  let n = 2;
  for (let i = 0; i < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
    if (!prime) continue;
    if (i < 8) H0[i] = frac(Math.sqrt(n));
    K[i++] = frac(Math.cbrt(n));
  }
})();
const rot = (x: number, n: number) => (x >>> n) | (x << (32 - n));

export function sha256(text: string): string {
  const msg = new TextEncoder().encode(text);
  const blocks = ((msg.length + 8) >> 6) + 1;
  const buf = new Uint8Array(blocks * 64);
  buf.set(msg);
  buf[msg.length] = 0x80;
  const view = new DataView(buf.buffer);
  view.setUint32(buf.length - 4, msg.length * 8);
  const h = H0.slice();
  const w = new Uint32Array(64);
  for (let off = 0; off < buf.length; off += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(off + i * 4);
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15]!, b = w[i - 2]!;
      w[i] = w[i - 16]! + (rot(a, 7) ^ rot(a, 18) ^ (a >>> 3)) + w[i - 7]! + (rot(b, 17) ^ rot(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, z] = h as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const t1 = (z + (rot(e, 6) ^ rot(e, 11) ^ rot(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
      const t2 = ((rot(a, 2) ^ rot(a, 13) ^ rot(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      z = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, z].forEach((v, i) => { h[i] = h[i]! + v; });
  }
  return Array.from(h, (v) => v.toString(16).padStart(8, '0')).join('');
}

/** Finds n in 0..max with sha256(salt + n) == challenge; -1 when there is none. */
export function solve(salt: string, challenge: string, max: number): number {
  for (let n = 0; n <= max; n++) if (sha256(salt + n) === challenge) return n;
  return -1;
}
