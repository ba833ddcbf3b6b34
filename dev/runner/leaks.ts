import type { IssuedSecret } from '../fakes/secrets.ts'
import type { StageResult } from './runner.ts'

/** How many characters of a secret in a row count as the secret: enough that no other text has them by chance. */
const STRETCH = 16

/**
 * Looks for issued secrets where they must not be: log, debug lines, annotations, summary, state, and outputs. A secret
 * counts as shown also where only a part of it shows, or an encoded form.
 *
 * @param carriers the outputs that are there to hold one
 * @returns `NAME in PLACE` for each
 */
export function leaks(
  result: StageResult,
  secrets: readonly IssuedSecret[],
  carriers: readonly string[] = [],
): string[] {
  const lines = (record: Readonly<Record<string, string>>): string => Object.entries(record).flat().join('\n')
  const places: Record<string, string> = {
    log: result.log,
    'debug lines': result.debugLines.join('\n'),
    annotations: result.annotations.map(({ message }) => message).join('\n'),
    summary: result.summary,
    'foreign commands': result.foreignCommands.join('\n'),
    state: lines(result.state),
    outputs: lines(Object.fromEntries(Object.entries(result.outputs).filter(([name]) => !carriers.includes(name)))),
  }
  return secrets.flatMap(({ name, value, inState }) => {
    const stretches = stretchesOf(value)
    return Object.entries(places)
      .filter(([place, text]) => !(place === 'state' && inState) && stretches.some((part) => text.includes(part)))
      .map(([place]) => `${name} in ${place}`)
  })
}

/** Pieces of a secret and of its encoded forms, of which any text that holds a good part of it holds one. */
function stretchesOf(secret: string): string[] {
  if (secret.length < STRETCH) return secret.length < 4 ? [] : [secret]
  const body = withoutPublicPart(secret)
  const bytes = Buffer.from(body)
  const forms = [
    body,
    encodeURIComponent(body),
    JSON.stringify(body).slice(1, -1),
    bytes.toString('hex'),
    ...[0, 1, 2].map((skip) => bytes.subarray(skip).toString('base64')),
    ...[0, 1, 2].map((skip) => bytes.subarray(skip).toString('base64url')),
  ]
  return [...new Set(forms.flatMap(pieces))]
}

/** The header of a JWT is the same for all tokens of an issuer, and known. */
function withoutPublicPart(secret: string): string {
  return /^eyJ[\w-]*\.(?=[\w-]*\.[\w-]*$)/.test(secret) ? secret.slice(secret.indexOf('.') + 1) : secret
}

function pieces(text: string): string[] {
  const parts: string[] = []
  for (let start = 0; start + STRETCH <= text.length; start += STRETCH) parts.push(text.slice(start, start + STRETCH))
  return parts
}
