import { not, type Inputs } from '../../inputs/inputs.ts'
import { isMapping, parseYaml } from '../../inputs/yaml.ts'

/** How many values one step gives. */
const MOST = 50
const NAME = /^[a-z][a-z\d_-]*$/i
const LINE = /^\P{Cc}+$/u
/** Outputs that mean something else, here or in another action. */
const RESERVED = ['secret', 'secrets', 'token', 'expires-at']

/** One value that the step gives. */
export interface Reference<Source> {
  /** The output that gets it. */
  readonly output: string
  /** The secret that it comes from. */
  readonly source: Source
  /** The member of a secret that is a JSON object; empty for the whole secret. */
  readonly key: string
}

/** What the inputs ask for. */
export interface Wanted<Source> {
  readonly references: readonly Reference<Source>[]
  /** Whether they were given as `secrets`: then there is the output `secrets`, and no output `secret`. */
  readonly several: boolean
  readonly allowShort: boolean
  /** Whether what does not exist gives an empty output. */
  readonly allowMissing: boolean
}

/** How an action names its secrets. */
export interface Form<Source> {
  /** The input for a single one: `path`. */
  readonly input: string
  /** An example of its value. */
  readonly example: string
  /** An example of a key in it. */
  readonly key: string
  /**
   * Reads the text that names a secret, and records what is wrong with it.
   *
   * @param label what problems are recorded under: the input, or `secrets.NAME`
   */
  readonly read: (label: string, text: string) => Source
  /** The first entry of `secrets` as another action takes it, in the form that works here; `undefined` if it is not one. */
  readonly mended?: (text: string) => string | undefined
}

/** Reads `secrets`, or the single form with `key`, `allow-short` and `allow-missing`. */
export async function readReferences<Source>(inputs: Inputs, form: Form<Source>): Promise<Wanted<Source>> {
  const text = inputs.text('secrets')
  const single = inputs.text(form.input)
  const key = inputs.matching('key', inputs.text('key'), LINE, 'must be one line', form.key)
  const allowed = { allowShort: inputs.boolean('allow-short'), allowMissing: inputs.boolean('allow-missing') }
  if (text === '') {
    if (single === '') inputs.lacking(form.input, 'is required, or secrets instead', form.example)
    const references = [{ output: 'secret', source: form.read(form.input, single), key }]
    return { references, several: false, ...allowed }
  }
  const example = `db-password: ${form.example}#${form.key}`
  for (const [name, value] of [
    [form.input, single],
    ['key', key],
  ] as const) {
    if (value !== '') inputs.problem(name, 'must be omitted if secrets is set', `secrets: ${example}`)
  }
  return { references: await readMapping(inputs, text, form, example), several: true, ...allowed }
}

async function readMapping<Source>(
  inputs: Inputs,
  text: string,
  form: Form<Source>,
  example: string,
): Promise<Reference<Source>[]> {
  const parsed = await parseYaml(text)
  const mended = 'value' in parsed && typeof parsed.value === 'string' ? form.mended?.(text) : undefined
  if (mended !== undefined) {
    inputs.problem('secrets', 'must be a YAML mapping in which the name comes first', mended)
    return []
  }
  if ('fault' in parsed) {
    inputs.problem('secrets', parsed.fault, example)
    return []
  }
  if (!isMapping(parsed.value) || parsed.value.size === 0) {
    inputs.problem('secrets', 'must be a YAML mapping from names to secrets', example)
    return []
  }
  if (parsed.value.size > MOST) {
    inputs.problem('secrets', `must have at most ${MOST} names, not ${parsed.value.size}`, example)
    return []
  }
  const names = new Set<string>()
  const references: Reference<Source>[] = []
  for (const [output, value] of parsed.value) {
    const lower = output.toLowerCase()
    const label = `secrets.${output}`
    if (!NAME.test(output)) {
      const rule = 'must have names of letters, digits, - and _ that begin with a letter'
      inputs.problem('secrets', rule + not(output), example)
    } else if (RESERVED.includes(lower)) {
      inputs.problem(label, 'must have another name, because this one is reserved', example)
    } else if (names.has(lower)) {
      inputs.problem(label, 'must have a unique name; case does not matter', example)
    } else if (typeof value !== 'string' || value.trim() === '') {
      inputs.problem(label, 'must name a secret', example)
    } else {
      references.push({ output, ...readReference(inputs, label, value.trim(), form) })
    }
    names.add(lower)
  }
  return references
}

/** `REFERENCE` or `REFERENCE#KEY`: the text after the last `#` is the key. */
function readReference<Source>(
  inputs: Inputs,
  label: string,
  text: string,
  form: Form<Source>,
): Omit<Reference<Source>, 'output'> {
  const at = text.lastIndexOf('#')
  if (at < 0) return { source: form.read(label, text), key: '' }
  const key = text.slice(at + 1)
  if (key === '' || at === 0) {
    inputs.problem(label, 'must have a secret before # and a key after it', `${form.example}#${form.key}`)
    return { source: form.read(label, form.example), key: '' }
  }
  return {
    source: form.read(label, text.slice(0, at)),
    key: inputs.matching(label, key, LINE, 'must have a key of one line', `${form.example}#${form.key}`),
  }
}
