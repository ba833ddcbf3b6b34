import { ActionError } from '../errors.ts'
import { listOf, showable } from '../text.ts'
import { EXAMPLE, headersIn, type Headers } from './headers.ts'
import { NOWHERE, urlFault } from './url.ts'

/** How long an input may be, in characters: bounds the work of every parser. 32 full repository names take 5000. */
const MAX_LENGTH = 16_384

/**
 * The inputs of a step. A reader never throws for bad text: it records a problem and returns something harmless, so
 * that `check` can report every problem of all inputs at once.
 */
export class Inputs {
  /** What {@link Inputs.warn} took note of. */
  readonly warnings: string[] = []
  readonly #get: (name: string) => string
  readonly #mask: (secret: string) => void
  /** A set: an input that is read twice has its problem once. */
  readonly #problems = new Set<string>()
  #lacksInput = false

  /**
   * @param get an input's text by name, as the runner hands it over; empty if it is not given
   * @param mask has a secret in an input masked from the log
   */
  constructor(get: (name: string) => string, mask: (secret: string) => void) {
    this.#get = get
    this.#mask = mask
  }

  /** Trimmed text; empty if not given, and after a problem: too long, or control characters. */
  text(name: string): string {
    const value = this.#get(name).trim()
    if (value.length > MAX_LENGTH) {
      this.#problems.add(`${name} must not be longer than ${MAX_LENGTH} characters`)
    } else if (/[^\P{Cc}\t\r\n]|\p{Cs}/u.test(value)) {
      this.#problems.add(`${name} must be plain text, without control characters`)
    } else {
      return value
    }
    return ''
  }

  /** As `text`, on one line. */
  line(name: string): string {
    const value = this.text(name)
    if (!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return value
    this.#problems.add(`${name} must be one line`)
    return ''
  }

  /** As `text`; recorded as a problem where not given. */
  required(name: string, example: string): string {
    if (this.#get(name).trim() === '') this.lacking(name, 'is required', example)
    return this.text(name)
  }

  /**
   * An `https:` URL, or an `http:` URL of this machine, without user, password and fragment; without a query unless
   * `query` is set. The value is never repeated in the problem. An empty value is no problem here: see `required`.
   *
   * @returns the URL, or {@link NOWHERE} after a problem
   */
  url(name: string, value: string, example: string, allow?: { readonly query?: boolean }): URL {
    if (value === '') return new URL(NOWHERE)
    const fault = urlFault(value, allow?.query ?? false)
    if (fault === undefined) return new URL(value)
    this.problem(name, fault, example)
    return new URL(NOWHERE)
  }

  /** `true`, `True`, `TRUE`, `false`, `False`, `FALSE` (YAML 1.2 core schema, as `core.getBooleanInput`); false if not given. */
  boolean(name: string): boolean {
    const value = this.text(name)
    if (/^(?:true|True|TRUE)$/.test(value)) return true
    if (!/^(?:false|False|FALSE|)$/.test(value)) {
      this.problem(name, `must be true or false${not(value)}`, 'true')
    }
    return false
  }

  /** The input `headers`: see {@link headersIn}. */
  headers(): Headers {
    return headersIn(this.text('headers'), this.#mask, (rule, isMissing) => {
      if (isMissing) this.lacking('headers', rule, EXAMPLE)
      else this.problem('headers', rule, EXAMPLE)
    })
  }

  /** A whole number of seconds from `least` to `most`; `fallback` if not given. */
  seconds(
    name: string,
    { least, most, fallback }: { readonly least: number; readonly most: number; readonly fallback: number },
  ): number {
    const value = this.text(name)
    if (value === '') return fallback
    if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value)
    const rule = `must be a whole number of seconds from ${least} to ${most}${not(value)}`
    this.problem(name, rule, String(fallback))
    return fallback
  }

  /** One of the values, spelled as they are; `fallback` if not given. */
  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = this.text(name)
    if (value === '') return fallback
    const found = values.find((each) => each === value)
    if (found === undefined) this.problem(name, `must be one of ${values.join(', ')}${not(value)}`, fallback)
    return found ?? fallback
  }

  /**
   * Checks a value against a pattern. An empty value is no problem here: see `required`.
   *
   * @param rule follows the name in a sentence: `must be an AWS region`
   * @returns the value, or empty text after a problem
   */
  matching(name: string, value: string, pattern: RegExp, rule: string, example: string): string {
    if (value === '' || pattern.test(value)) return value
    this.problem(name, rule + not(value), example)
    return ''
  }

  /**
   * Records a problem.
   *
   * @param rule follows the name in a sentence: `must be an AWS region`
   * @param example a form that works
   */
  problem(name: string, rule: string, example: string): void {
    this.#problems.add(`${name} ${rule}; for example: ${example}`)
  }

  /** As `problem`, where an input is missing. */
  lacking(name: string, rule: string, example: string): void {
    this.#lacksInput = true
    this.problem(name, rule, example)
  }

  /** Takes note of something that is no problem but probably not meant, as one sentence. */
  warn(text: string): void {
    this.warnings.push(text)
  }

  /** @throws ActionError `INVALID_INPUT` that lists every problem, where there is one */
  check(): void {
    if (this.#problems.size === 0) return
    const list = listOf([...this.#problems])
    throw new ActionError('INVALID_INPUT', `The inputs are invalid. Nothing was sent.${list}`, {
      lacksInput: this.#lacksInput,
    })
  }
}

/** `, not "…"` to end a rule with, on one line and cut; nothing if the text is empty or could hold a password. */
export function not(text: string): string {
  const shown = text.includes('@') ? undefined : showable(text, 60)
  return shown === undefined ? '' : `, not "${shown}"`
}
