import type { ActionError } from '../errors.ts'
import type { Environment, Grant } from '../exchange.ts'
import type { Claims, Explanation, RepositoryFile } from '../explanation.ts'
import { member } from '../http/answer.ts'
import { claimText, SHOWN_CLAIMS } from '../identity/claims.ts'
import { beginning, harmless, showable } from '../text.ts'
import type { Run } from './context.ts'
import { editorLinks, escaped, table } from './markdown.ts'
import { claimsHidden, serverUrl, situationHints, situationOf } from './situation.ts'

/** What a person gets to read about a failure. */
export interface Report {
  /** The error annotation: what failed and why, what to change, where to read more. */
  readonly annotation: string
  /** Lines for a log group, where a system said no. */
  readonly group: readonly string[]
  /** The same for the job summary, as Markdown; empty if the group is. */
  readonly summary: string
}

/**
 * Puts together what a person can do about a failure.
 *
 * @param claims of the ID token that was sent; the error explains itself without them where they must not be shown
 */
export function reportOf(error: ActionError, environment: Environment, run: Run, claims: Claims | undefined): Report {
  const situation = situationOf(environment, run)
  const shown = situation.claimsMayBeShown ? claims : undefined
  const explanation = error.explain(shown)
  const isRefusal = error.code !== 'OVERLOADED' || explanation.advice !== undefined
  const said = error.refused !== undefined && isRefusal
  const issuer = claimText(shown, 'iss')
  const hints = [explanation.hint ?? '', ...situationHints(error, situation, issuer)].filter((hint) => hint !== '')
  const requestId = error.refused?.requestId
  const facts = [
    ...factsOf(said ? shown : undefined),
    ...(requestId === undefined ? [] : [['request id', requestId] as const]),
  ]
  const { advice, paste = [] } = explanation
  return {
    annotation: annotationOf([error.message, ...hints], `${error.code}: ${linkFor(error, environment, run)}`),
    group: [
      ...facts.map(([name, value]) => `${name}: ${value}`),
      ...(advice === undefined ? [] : ['', ...advice.split('\n')]),
      ...paste.flatMap(({ content, file }) => [
        '',
        ...(file === undefined ? [] : [`# ${placeOf(file)}`]),
        ...content.split('\n'),
      ]),
    ].map(harmless),
    summary: said ? summaryOf(error, hints, facts, explanation, run) : '',
  }
}

/** How much of an output the job summary shows, in characters. */
const MAX_OUTPUT = 500

/**
 * What was granted, for the job summary: the outputs that are no secrets, and the claims that a refusal would show, so that a
 * policy can be written and no ID token has to be printed.
 */
export function grantSummary(grant: Grant, environment: Environment, run: Run, claims: Claims | undefined): string {
  const rows = Object.entries(grant.outputsAreSecret === true ? {} : grant.outputs)
    .filter(([, value]) => !grant.secrets.some((secret) => value.includes(secret)))
    .map(([name, value]) => [name, shortened(value)] as const)
  const ends = grant.expiresAt === undefined ? [] : [['expires-at', grant.expiresAt.toISOString()] as const]
  const situation = situationOf(environment, run)
  return [
    table(['output', 'value'], [...rows, ...ends]),
    situation.claimsMayBeShown ? table(['claim', 'value'], factsOf(claims)) : claimsHidden(situation),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** The beginning of a long value, and how much more there is: the output itself is whole. */
function shortened(value: string): string {
  if (value.length <= MAX_OUTPUT) return value
  return `${beginning(value, MAX_OUTPUT)}… and ${value.length - MAX_OUTPUT} more characters`
}

/** GitHub cuts an annotation here, in characters, before it writes the log (actions/runner `ExecutionContext.cs`). */
const MOST_SHOWN = 4_096

/** The code and the link are always there. */
function annotationOf(lines: readonly string[], last: string): string {
  const text = lines.join('\n')
  const most = MOST_SHOWN - last.length - 1
  return `${text.length <= most ? text : `${beginning(text, most - 1)}…`}\n${last}`
}

function summaryOf(
  error: ActionError,
  hints: readonly string[],
  facts: readonly (readonly [string, string])[],
  { advice, paste = [] }: Explanation,
  run: Run,
): string {
  const links = (file: RepositoryFile, content: string): string =>
    editorLinks(file, content, serverUrl(run), defaultBranchOf(file.repository, run))
  return [
    '### Refused',
    escaped(error.message),
    ...hints.map(escaped),
    table(['claim', 'value'], facts),
    ...(advice === undefined ? [] : advice.split('\n').map(escaped)),
    ...paste.flatMap(({ language, content, file }) => [
      ...(file === undefined ? [] : [`${escaped(placeOf(file))}: ${links(file, content)}`]),
      `\`\`\`${language}\n${content}\n\`\`\``,
    ]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** The event tells the default branch of the workflow's own repository alone. */
function defaultBranchOf(repository: string, run: Run): string {
  const branch = member(run.payload, 'repository', 'default_branch')
  const isOwn = repository.toLowerCase() === run.repository.toLowerCase()
  return isOwn && typeof branch === 'string' && branch !== '' ? branch : 'HEAD'
}

function placeOf({ repository, path }: RepositoryFile): string {
  return `${path} in ${repository}, on its default branch`
}

function factsOf(claims: Claims | undefined): [string, string][] {
  return SHOWN_CLAIMS.flatMap((name) => {
    const value = claims?.[name]
    const text = showable(Array.isArray(value) ? value.join(', ') : value)
    return text === undefined ? [] : [[name, text]]
  })
}

/**
 * Where the code is explained, in the version of this action that runs. On another GitHub than github.com nobody tells
 * from which of the two the action comes: there it is a name, not a link.
 */
function linkFor(error: ActionError, environment: Environment, run: Run): string {
  const page = `docs/troubleshooting.md#${error.code.toLowerCase()}`
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? ''
  if (repository === '') return page
  if (new URL(serverUrl(run)).hostname !== 'github.com') return `${page} of ${repository}`
  return `${serverUrl(run)}/${repository}/blob/${environment['GITHUB_ACTION_REF'] || 'main'}/${page}`
}
