/** How many characters of a secret in a row count as the secret: no other text has them by chance. */
const STRETCH = 16
/** Every stretch of a secret has a block of so many characters that begins at a multiple of it. */
const BLOCK = STRETCH / 2
/** Masking fewer characters than this would black out whole logs. */
const LEAST = 4
/** How much of a server's text is looked at, in characters: more is never shown. */
const MAX_TEXT = 2_048

/** The secrets that a step holds. */
export interface Secrets {
  /**
   * Has a secret masked from the log, line by line as the runner does, and takes note of it for {@link Secrets.redact}.
   *
   * @param least lines of fewer characters are not masked; 4 unless given
   */
  readonly mask: (secret: string, least?: number) => void
  /**
   * A server's text without the secrets: one may have repeated its request. The runner's mask does not do for this, since
   * it finds only whole secrets, and a message is cut and escaped before it is shown.
   *
   * @returns at most 2,048 characters, `***` in place of every stretch of 16 or more characters of a secret
   */
  readonly redact: (text: string) => string
}

/** @param maskLine has one line masked by the runner */
export function createSecrets(maskLine: (line: string) => void): Secrets {
  const known = new Set<string>()
  return {
    mask: (secret, least = LEAST) => {
      known.add(secret)
      for (const line of secret.split(/[\r\n]+/)) if (line.trim().length >= least) maskLine(line)
    },
    redact: (text) => {
      const redacted = withoutStretches(text.slice(0, MAX_TEXT), known)
      // The text may have been cut in the middle of a secret.
      return text.length <= MAX_TEXT ? redacted : redacted.slice(0, 1 - STRETCH)
    },
  }
}

/** Looks at the text once and at every eighth character of a secret: what is held is much more than what is shown. */
function withoutStretches(text: string, secrets: ReadonlySet<string>): string {
  const places = new Map<number, number[]>()
  for (let at = 0; at + BLOCK <= text.length; at++) {
    const hash = hashOf(text, at)
    places.set(hash, [...(places.get(hash) ?? []), at])
  }
  const isSecret = new Uint8Array(text.length)
  // A secret may consist of one block, a million times: the same surroundings are looked at once.
  const seen = new Set<string>()
  for (const secret of secrets) {
    for (let at = 0; at + BLOCK <= secret.length; at += BLOCK) {
      const shared = places.get(hashOf(secret, at))
      if (shared === undefined) continue
      const around = secret.slice(Math.max(0, at - BLOCK), at + STRETCH)
      if (seen.has(around)) continue
      seen.add(around)
      for (const place of shared) {
        if (!secret.startsWith(text.slice(place, place + BLOCK), at)) continue
        const [start, end] = common(text, place, secret, at)
        if (end - start >= STRETCH) isSecret.fill(1, start, end)
      }
    }
  }
  let rest = ''
  for (let at = 0; at < text.length; at++) {
    if (isSecret[at] === 0) rest += text.charAt(at)
    else if (isSecret[at - 1] !== 1) rest += '***'
  }
  return rest
}

/** A number for a block, since a copy of each block of a secret would take several times its memory. */
function hashOf(text: string, at: number): number {
  let hash = 0
  for (let index = at; index < at + BLOCK; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}

/** From where to where the text is that of the secret, around a block that they share. */
function common(text: string, place: number, secret: string, at: number): [start: number, end: number] {
  let [start, end] = [place, place + BLOCK]
  const shift = at - place
  while (start > 0 && start + shift > 0 && text[start - 1] === secret[start - 1 + shift]) start--
  while (end < text.length && text[end] === secret[end + shift]) end++
  return [start, end]
}
