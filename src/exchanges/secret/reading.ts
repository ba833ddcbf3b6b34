import { ActionError, asActionError, type ErrorCode } from '../../errors.ts'
import type { Grant } from '../../exchange.ts'
import type { Explanation } from '../../explanation.ts'
import { Pace } from '../../http/pace.ts'
import { MOST_LISTED } from '../../text.ts'
import type { Wanted } from './references.ts'
import { masksOf, membersOf, type Masks, type Secret } from './value.ts'

/** How many secrets are read at the same time. */
export const AT_A_TIME = 12
/** Codes that concern one secret. With any other, the next secret would fail too. */
const OF_ONE_SECRET: readonly ErrorCode[] = ['DENIED', 'REDIRECTED', 'UNUSABLE_SECRET', 'UNUSABLE_ANSWER']
/** How much text the secrets of one step may have together, in characters: they are held, masked and written. */
const MOST_HELD = 10 * 1024 * 1024

/** How an action reads its secrets. */
export interface Reading<Source> {
  /** The same text for the same secret. */
  readonly id: (source: Source) => string
  readonly read: (source: Source) => Promise<Secret>
}

/** A value to put out. */
interface Value extends Secret, Masks {
  /** The output that gets it. */
  readonly output: string
  /** The id of its secret. */
  readonly id: string
}

/**
 * Reads what is wanted: each secret once, {@link AT_A_TIME} at a time, all of them or none.
 *
 * @param login what every read waits for: its error is that of the step
 * @throws ActionError as `reading.read` and {@link masksOf} throw it where one value is wanted; one that has the reason and
 *   the hint of each where several are
 */
export async function readSecrets<Source>(
  wanted: Wanted<Source>,
  login: Promise<unknown>,
  reading: Reading<Source>,
): Promise<Grant> {
  const { references, several, allowShort, allowMissing } = wanted
  const read = onceEach(reading)
  const reads = references.map(async ({ output, source, key }): Promise<Value | Failed> => {
    try {
      const secret = await read(source)
      const value = key === '' ? secret : secret.member(key)
      return { ...value, ...masksOf(value, allowShort), output, id: reading.id(source) }
    } catch (error) {
      return { output, error: asActionError(error) }
    }
  })
  const [, results] = await Promise.all([login, Promise.all(reads)])
  const failed = results.filter((result) => 'error' in result)
  const values = results.flatMap((result) => ('error' in result ? [] : [result]))
  const refused = failed.filter(({ error }) => !allowMissing || error.missing === undefined)
  const [first] = refused
  if (first !== undefined) throw several ? failureOf(refused, results.length) : first.error
  return grantOf(wanted, values, failed)
}

/** A secret that was read. */
interface Stored extends Secret {
  readonly member: (key: string) => Secret
}

/** Reads a secret at its first mention, as soon as fewer than {@link AT_A_TIME} are being read. */
function onceEach<Source>({ id, read }: Reading<Source>): (source: Source) => Promise<Stored> {
  const reads = new Map<string, Promise<Stored>>()
  const pace = new Pace(AT_A_TIME)
  let held = 0
  let broken: ActionError | undefined

  async function start(source: Source): Promise<Stored> {
    await pace.enter()
    try {
      if (broken !== undefined) throw broken
      const secret = await read(source)
      held += secret.text.length
      if (held > MOST_HELD) {
        throw new ActionError('TOO_LARGE', 'The secrets of this step are larger than 10 MiB together.', {
          hint: 'Read them in several steps.',
        })
      }
      return { ...secret, member: membersOf(secret) }
    } catch (error) {
      const known = asActionError(error)
      if (!OF_ONE_SECRET.includes(known.code)) broken ??= known
      throw known
    } finally {
      pace.leave()
    }
  }

  return (source) => {
    const found = reads.get(id(source)) ?? start(source)
    reads.set(id(source), found)
    return found
  }
}

/** @param missing values whose outputs are empty */
function grantOf({ several }: Wanted<unknown>, values: readonly Value[], missing: readonly Failed[]): Grant {
  const outputs = Object.fromEntries(values.map(({ output, text }) => [output, text]))
  const all = several ? { secrets: JSON.stringify(outputs) } : {}
  const notices = [
    ...values
      .filter(({ unmasked }) => unmasked > 0)
      .map(({ name, unmasked }) => `The secret ${name} has ${counted(unmasked, 'line')} too short to mask.`),
    ...missing.map(({ output, error }) => `The output ${output} is empty: ${error.missing ?? ''} does not exist.`),
  ]
  const secrets = new Set(values.map(({ id }) => id)).size
  return {
    // `{}` is no secret, and its mask would hide unrelated text.
    secrets: secrets === 0 ? [] : [...new Set([...values.flatMap(({ masks }) => masks), ...Object.values(all)])],
    outputs: { ...Object.fromEntries(missing.map(({ output }) => [output, ''])), ...outputs, ...all },
    outputsAreSecret: true,
    ...(notices.length > 0 && { notices }),
    summary:
      several || secrets === 0
        ? `${counted(values.length, 'value')} read from ${counted(secrets, 'secret')}.`
        : `Secret ${values[0]?.name ?? ''} read.`,
  }
}

/** A value that cannot be read. */
interface Failed {
  readonly output: string
  readonly error: ActionError
}

/** One error that names every value that failed, those with the same reason together. */
function failureOf(failed: readonly Failed[], all: number): ActionError {
  const namesBy = new Map<string, string[]>()
  for (const { output, error } of failed) {
    namesBy.set(error.text, [...(namesBy.get(error.text) ?? []), output])
  }
  let left = MOST_LISTED
  const lines = [...namesBy].map(([reason, names]) => {
    const line = `${names.join(', ')}: ${reason}`
    left -= line.length
    return `\n- ${left < 0 ? names.join(', ') : line}`
  })
  const [first] = failed
  const refused = failed.find(({ error }) => error.refused !== undefined)?.error.refused
  return new ActionError(
    first?.error.code ?? 'INTERNAL',
    `${failed.length} of ${counted(all, 'value')} cannot be read. No output was set.${lines.join('')}`,
    {
      cause: first?.error,
      // Without its words: they are in the message already.
      ...(refused && { refused: { status: refused.status } }),
      explain: (claims) => merged(failed.map(({ error }) => error.explain(claims))),
    },
  )
}

/** What several explanations say to do, each different one once. Their hints are in the message already. */
function merged(explanations: readonly Explanation[]): Explanation {
  const advice = new Set(explanations.flatMap((each) => each.advice ?? []))
  const paste = new Map(
    explanations.flatMap((each) => (each.paste ?? []).map((snippet) => [snippet.content, snippet] as const)),
  )
  return {
    ...(advice.size > 0 && { advice: [...advice].join('\n') }),
    ...(paste.size > 0 && { paste: [...paste.values()] }),
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
