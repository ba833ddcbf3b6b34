import { ActionError, asActionError, type ErrorCode } from '../../errors.ts'
import type { Grant } from '../../exchange.ts'
import { masksOf, secretMember, type Secret } from './grant.ts'
import type { Reference, Wanted } from './references.ts'

/** How many secrets are read at the same time. */
export const AT_A_TIME = 4
/** How many connections are opened for secrets before it is known whether they may be read. */
const MOST_EARLY = 12
/** Codes that are about one secret. With any other, the next secret would fare alike. */
const OF_ONE_SECRET: readonly ErrorCode[] = ['DENIED', 'REDIRECTED', 'UNUSABLE_SECRET', 'UNUSABLE_ANSWER']
/** How much of an annotation the reasons may take, in characters: GitHub cuts it at 4096. */
const MOST_TEXT = 3_000

/** How an action reads its secrets. */
export interface Reading<Source> {
  /** The same text for the same secret. */
  readonly id: (source: Source) => string
  readonly read: (source: Source) => Promise<Secret>
  /** What to change, where the system refused a secret and the error does not tell. */
  readonly hint?: (source: Source, error: ActionError) => string | undefined
}

/** A value to put out. */
interface Value extends Secret {
  readonly masks: readonly string[]
}

/**
 * Reads what is wanted: each secret once, {@link AT_A_TIME} at a time, all of them or none.
 *
 * @throws ActionError as `reading.read` and {@link masksOf} throw it where one value is wanted; one that has the reason and
 *   the hint of each where several are
 */
export async function readWanted<Source>(wanted: Wanted<Source>, reading: Reading<Source>): Promise<Grant> {
  const { references, several, allowShort } = wanted
  const read = onceEach(reading)
  const results = await Promise.allSettled(
    references.map(async ({ source, key }): Promise<Value> => {
      const secret = await read(source)
      const value = key === '' ? secret : secretMember(secret, key)
      return { ...value, masks: masksOf(value, allowShort) }
    }),
  )
  const values = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  if (values.length < results.length) {
    const failed = results.flatMap((result, index) => {
      const reference = references[index]
      return result.status === 'rejected' && reference !== undefined
        ? [{ reference, error: asActionError(result.reason) }]
        : []
    })
    const [first] = failed
    if (first !== undefined) throw several ? failureOf(failed, results.length, reading) : first.error
  }
  return grantOf(wanted, values, new Set(references.map(({ source }) => reading.id(source))).size)
}

/** The secrets that are wanted, each once: as many of them as are worth a connection before they are read. */
export function worthConnecting<Source>(
  { references }: Wanted<Source>,
  id: Reading<Source>['id'],
): readonly Source[] {
  const sources = new Map(references.map(({ source }) => [id(source), source]))
  return [...sources.values()].slice(0, MOST_EARLY)
}

/** Reads a secret at its first mention, as soon as fewer than {@link AT_A_TIME} are being read. */
function onceEach<Source>({ id, read }: Reading<Source>): (source: Source) => Promise<Secret> {
  const reads = new Map<string, Promise<Secret>>()
  const waiting: (() => void)[] = []
  let busy = 0
  let broken: ActionError | undefined

  async function start(source: Source): Promise<Secret> {
    if (busy >= AT_A_TIME) await new Promise<void>((resolve) => waiting.push(resolve))
    else busy++
    try {
      if (broken !== undefined) throw broken
      return await read(source)
    } catch (error) {
      const known = asActionError(error)
      if (!OF_ONE_SECRET.includes(known.code)) broken ??= known
      throw known
    } finally {
      const next = waiting.shift()
      if (next === undefined) busy--
      else next()
    }
  }

  return (source) => {
    const found = reads.get(id(source)) ?? start(source)
    reads.set(id(source), found)
    return found
  }
}

function grantOf({ references, several }: Wanted<unknown>, values: readonly Value[], secrets: number): Grant {
  const outputs = Object.fromEntries(
    references.map(({ output }, index) => [output, values[index]?.text ?? '']),
  )
  const all = several ? { secrets: JSON.stringify(outputs) } : {}
  return {
    secrets: [...new Set([...values.flatMap(({ masks }) => masks), ...Object.values(all)])],
    outputs: { ...outputs, ...all },
    summary: several
      ? `${counted(values.length, 'value')} read from ${counted(secrets, 'secret')}.`
      : `Secret ${values[0]?.name ?? ''} read.`,
  }
}

/** One error that names every value that failed, those with the same reason together. */
function failureOf<Source>(
  failed: readonly { readonly reference: Reference<Source>; readonly error: ActionError }[],
  all: number,
  { hint }: Reading<Source>,
): ActionError {
  const namesBy = new Map<string, string[]>()
  for (const { reference, error } of failed) {
    const advice = (error.refused && hint?.(reference.source, error)) ?? error.hint
    const reason = `${error.message} ${advice}`.trim()
    namesBy.set(reason, [...(namesBy.get(reason) ?? []), reference.output])
  }
  let room = MOST_TEXT
  const lines = [...namesBy].map(([reason, names]) => {
    const line = `${names.join(', ')}: ${reason}`
    room -= line.length
    return `\n- ${room < 0 ? names.join(', ') : line}`
  })
  const [first] = failed
  const refused = failed.find(({ error }) => error.refused !== undefined)?.error.refused
  return new ActionError(
    first?.error.code ?? 'INTERNAL',
    `${failed.length} of ${counted(all, 'value')} cannot be read. No output was set.${lines.join('')}`,
    {
      cause: first?.error,
      // Without its words: they are explained already.
      ...(refused && { refused: { service: refused.service, status: refused.status } }),
    },
  )
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
