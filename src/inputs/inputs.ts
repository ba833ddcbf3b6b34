import { ActionError } from '../errors.ts'
import { listOf, showable } from '../text.ts'
import { NOWHERE, urlFault } from './url.ts'

/** How long an input may be, in characters: bounds the work of every parser. 32 full repository names take 5000. */
const MAX_LENGTH = 16_384

/**
 * The inputs of a step. A reader never throws for bad text: it records a problem and returns something harmless, so
 * that `check` can report every problem of all inputs at once.
 */
export interface Inputs {
  /** Trimmed text; empty where not given, and after a problem: too long, or control characters. */
  readonly text: (name: string) => string
  /** As `text`, on one line. */
  readonly line: (name: string) => string
  /** As `text`; recorded as a problem where not given. */
  readonly required: (name: string, example: string) => string
  /**
   * An `https:` URL, or an `http:` URL of this machine, without user, password and fragment; without a query unless
   * `query` is set. The value is never repeated in the problem. An empty value is no problem here: see `required`.
   *
   * @returns the URL, or {@link NOWHERE} after a problem
   */
  readonly url: (name: string, value: string, example: string, allow?: { readonly query?: boolean }) => URL
  /** `true`, `True`, `TRUE`, `false`, `False`, `FALSE` (YAML 1.2 core schema, as `core.getBooleanInput`); false where not given. */
  readonly boolean: (name: string) => boolean
  /** A whole number of seconds from `least` to `most`; `fallback` where not given. */
  readonly seconds: (
    name: string,
    range: { readonly least: number; readonly most: number; readonly fallback: number },
  ) => number
  /** One of the values, spelled as they are; `fallback` where not given. */
  readonly oneOf: <T extends string>(name: string, values: readonly T[], fallback: T) => T
  /**
   * Checks a value against a pattern. An empty value is no problem here: see `required`.
   *
   * @param rule follows the name in a sentence: `must be an AWS region`
   * @returns the value, or empty text after a problem
   */
  readonly matching: (name: string, value: string, pattern: RegExp, rule: string, example: string) => string
  /**
   * Records a problem.
   *
   * @param rule follows the name in a sentence: `must be an AWS region`
   * @param example a form that works
   */
  readonly problem: (name: string, rule: string, example: string) => void
  /** As `problem`, where an input is missing. */
  readonly lacking: (name: string, rule: string, example: string) => void
  /** Takes note of something that is no problem but probably not meant, as one sentence. */
  readonly warn: (text: string) => void
  /** What `warn` took note of. */
  readonly warnings: readonly string[]
  /** @throws ActionError `INVALID_INPUT` that lists every problem, where there is one */
  readonly check: () => void
}

/**
 * Reads inputs as the runner hands them over.
 *
 * @param get an input's text by name; empty where it is not given
 */
export function readInputs(get: (name: string) => string): Inputs {
  // A set: an input that is read twice has its problem once.
  const problems = new Set<string>()
  let lacksInput = false
  const warnings: string[] = []

  function problem(name: string, rule: string, example: string): void {
    problems.add(`${name} ${rule}; for example: ${example}`)
  }

  function lacking(name: string, rule: string, example: string): void {
    lacksInput = true
    problem(name, rule, example)
  }

  function text(name: string): string {
    const value = get(name).trim()
    if (value.length > MAX_LENGTH) {
      problems.add(`${name} must not be longer than ${MAX_LENGTH} characters`)
    } else if (/[^\P{Cc}\t\r\n]|\p{Cs}/u.test(value)) {
      problems.add(`${name} must be plain text, without control characters`)
    } else {
      return value
    }
    return ''
  }

  function line(name: string): string {
    const value = text(name)
    if (!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return value
    problems.add(`${name} must be one line`)
    return ''
  }

  return {
    problem,
    lacking,
    warn: (text) => warnings.push(text),
    warnings,
    text,
    line,
    required: (name, example) => {
      if (get(name).trim() === '') lacking(name, 'is required', example)
      return text(name)
    },
    url: (name, value, example, allow) => {
      if (value === '') return new URL(NOWHERE)
      const fault = urlFault(value, allow?.query ?? false)
      if (fault === undefined) return new URL(value)
      problem(name, fault, example)
      return new URL(NOWHERE)
    },
    boolean: (name) => {
      const value = text(name)
      if (/^(?:true|True|TRUE)$/.test(value)) return true
      if (!/^(?:false|False|FALSE|)$/.test(value)) problem(name, `must be true or false${not(value)}`, 'true')
      return false
    },
    seconds: (name, { least, most, fallback }) => {
      const value = text(name)
      if (value === '') return fallback
      if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value)
      problem(
        name,
        `must be a whole number of seconds from ${least} to ${most}${not(value)}`,
        String(fallback),
      )
      return fallback
    },
    oneOf: (name, values, fallback) => {
      const value = text(name)
      if (value === '') return fallback
      const found = values.find((each) => each === value)
      if (found === undefined) problem(name, `must be one of ${values.join(', ')}${not(value)}`, fallback)
      return found ?? fallback
    },
    matching: (name, value, pattern, rule, example) => {
      if (value === '' || pattern.test(value)) return value
      problem(name, rule + not(value), example)
      return ''
    },
    check: () => {
      if (problems.size === 0) return
      throw new ActionError(
        'INVALID_INPUT',
        `The inputs are invalid. Nothing was sent.${listOf([...problems])}`,
        { lacksInput },
      )
    },
  }
}

/** `, not "…"` to end a rule with, on one line and cut; nothing where the text is empty or could hold a password. */
export function not(text: string): string {
  const shown = text.includes('@') ? undefined : showable(text, 60)
  return shown === undefined ? '' : `, not "${shown}"`
}
