/** How many characters of a secret in a row count as the secret: no other text has them by chance. */
const STRETCH = 16
/** Masking fewer characters than this would black out whole logs. */
const LEAST = 4
/** How much of a server's text is looked at, in characters: bounds the work. */
const MAX_TEXT = 65_536

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
   * it finds a secret only where the whole of it stands, and a message is cut and escaped before it is shown.
   *
   * @returns at most 65,536 characters, `***` in place of every stretch of 16 or more characters of a secret
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
    redact: (text) => redacted(text.slice(0, MAX_TEXT), known),
  }
}

function redacted(text: string, secrets: ReadonlySet<string>): string {
  const stretches = new Set<string>()
  for (const secret of secrets) {
    for (let at = 0; at + STRETCH <= secret.length; at++) stretches.add(secret.slice(at, at + STRETCH))
  }
  let rest = ''
  let kept = 0
  let secretUntil = 0
  for (let at = 0; at + STRETCH <= text.length; at++) {
    if (!stretches.has(text.slice(at, at + STRETCH))) continue
    if (at > secretUntil || secretUntil === 0) rest += `${text.slice(kept, at)}***`
    secretUntil = kept = at + STRETCH
  }
  return rest + text.slice(kept)
}
