/** The claims of an ID token, not verified. */
export type Claims = Readonly<Record<string, unknown>>

/** What a person can do about a failure. */
export interface Explanation {
  /** Goes into the annotation: one or two sentences on what to change. */
  readonly hint?: string
  /** Goes into the log group and the job summary, e.g. a policy to paste. */
  readonly advice?: string
  /** Policies and settings to paste, each shown in a fence of its own. */
  readonly paste?: readonly Snippet[]
}

/** What to do about what a system says, the hint and what else helps; the first that fits. */
export type Explanations<Context> = readonly (readonly [
  said: RegExp,
  hint: (context: Context) => string,
  more?: (context: Context) => Explanation,
])[]

/** The explanation of what a system says; an empty one if the table has none. */
export function explanationOf<Context>(table: Explanations<Context>, said: string, context: Context): Explanation {
  const [, hint, more] = table.find(([words]) => words.test(said)) ?? []
  return hint === undefined ? {} : { hint: hint(context), ...more?.(context) }
}

/** Text to paste. */
export interface Snippet {
  readonly language: 'yaml' | 'json'
  readonly content: string
  /** Where it belongs, where that is a file on the default branch of a GitHub repository. */
  readonly file?: RepositoryFile
}

/** A file that a person is asked to make or to change. */
export interface RepositoryFile {
  /** `owner/name` */
  readonly repository: string
  /** From the root of the repository, without a slash before it. */
  readonly path: string
  /** Whether it is there already, so that the snippet is to be added to it; absent if that is not known. */
  readonly exists?: boolean
}
