import { SHOWN_CLAIMS } from '../identity/claims.ts'
import { harmless, showable, type ActionError } from '../errors.ts'
import type { Claims, Environment, Explanation, RepositoryFile } from '../exchange.ts'
import type { Run } from './context.ts'
import { member } from '../http/answer.ts'

/** What the environment and the event tell about the run. */
interface Situation {
  readonly kind: 'act' | 'fork' | 'dependabot' | 'enterprise-server' | 'plain'
  /** Of GitHub. */
  readonly host: string
  /** Claims may name what is private: they are never shown for a pull request from a fork, see {@link mayBeForFork}. */
  readonly claimsMayBeShown: boolean
}

/** What a person gets to read about a failure. */
export interface Report {
  /** The error annotation: what failed and why, what to change, where to read more. */
  readonly annotation: string
  /** Lines for a log group, where a system said no. */
  readonly group: readonly string[]
  /** The same for the job summary, as Markdown; empty where the group is. */
  readonly summary: string
}

/**
 * Puts together what a person can do about a failure.
 *
 * @param claims of the ID token that was sent
 * @param explain what the exchange knows, called where its system said no; gets no claims where they must not be shown
 */
export function reportOf(
  error: ActionError,
  environment: Environment,
  run: Run,
  claims: Claims | undefined,
  explain: (claims: Claims | undefined) => Explanation,
): Report {
  const situation = situationOf(environment, run)
  const shown = situation.claimsMayBeShown ? claims : undefined
  const said = error.refused !== undefined && error.code !== 'OVERLOADED'
  const explanation = error.refused === undefined ? {} : explain(shown)
  const hints = [explanation.hint ?? error.hint, situationHint(error, situation)].filter(
    (hint) => hint !== '',
  )
  const facts = factsOf(error, said ? shown : undefined)
  const { advice, paste = [] } = explanation
  return {
    annotation: [error.message, ...hints, `${error.code}: ${linkFor(error, environment, run)}`].join('\n'),
    group: [
      ...facts.map(([name, value]) => `${name}: ${value}`),
      ...(advice === undefined ? [] : ['', ...advice.split('\n')]),
      ...paste.flatMap(({ content, file }) => [
        '',
        ...(file === undefined ? [] : [`# ${placeOf(file)}`]),
        ...content.split('\n'),
      ]),
    ].map(harmless),
    summary: said ? summaryOf(error, hints, facts, explanation, serverUrl(run)) : '',
  }
}

function summaryOf(
  error: ActionError,
  hints: readonly string[],
  facts: readonly (readonly [string, string])[],
  { advice, paste = [] }: Explanation,
  server: string,
): string {
  return [
    '### Refused',
    escaped(error.message),
    ...hints.map(escaped),
    table(['claim', 'value'], facts),
    ...(advice === undefined ? [] : advice.split('\n').map(escaped)),
    ...paste.flatMap(({ language, content, file }) => [
      ...(file === undefined ? [] : [`${escaped(placeOf(file))}: ${editorLinks(file, content, server)}`]),
      `\`\`\`${language}\n${content}\n\`\`\``,
    ]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function placeOf({ repository, path }: RepositoryFile): string {
  return `${path} in ${repository}, on its default branch`
}

/**
 * Links, as Markdown, that open a file in GitHub's editor on the default branch: with the content in it where the file
 * is to be made. `HEAD` is that branch.
 */
function editorLinks({ repository, path, exists }: RepositoryFile, content: string, server: string): string {
  const at = `${server}/${urlPath(repository)}`
  const edit = `[edit it](${at}/edit/HEAD/${urlPath(path)})`
  const create = `[create it](${at}/new/HEAD?filename=${urlText(path)}&value=${urlText(`${content}\n`)})`
  if (exists === undefined) return `${create}, or ${edit} where it is there already`
  return exists ? edit : create
}

function urlPath(path: string): string {
  return path.split('/').map(urlText).join('/')
}

/** Text as a part of a URL, also without the characters that end a link in Markdown. */
function urlText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*~_]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** A Markdown table; empty where there are no rows. Any text is shown as it is. */
export function table(head: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return ''
  const lines = rows.map(([name, value]) => `| ${escaped(name)} | <code>${escaped(value)}</code> |`)
  return [`| ${head.join(' | ')} |`, '| --- | --- |', ...lines].join('\n')
}

/** Text for Markdown, without any character that means something to it or to HTML: a dot makes a link of `www.`. */
function escaped(text: string): string {
  return text.replace(/[^\w\s,()/'-]|_/gu, (char) => `&#${char.codePointAt(0) ?? 0};`).replace(/\n/g, '<br>')
}

function situationOf(environment: Environment, run: Run): Situation {
  const { eventName: name } = run
  const forFork = mayBeForFork(run)
  const host = new URL(serverUrl(run)).hostname
  const kind =
    environment['ACT'] === 'true'
      ? 'act'
      : forFork && name.startsWith('pull_request') && name !== 'pull_request_target'
        ? 'fork'
        : run.actor === 'dependabot[bot]'
          ? 'dependabot'
          : host !== 'github.com' && !host.endsWith('.ghe.com')
            ? 'enterprise-server'
            : 'plain'
  return { kind, host, claimsMayBeShown: !forFork }
}

/** Whether a run is for a pull request from a fork, or its event does not tell that it is not. */
function mayBeForFork({ eventName: name, payload: event, repository }: Run): boolean {
  if (name.startsWith('pull_request')) {
    return member(event, 'pull_request', 'head', 'repo', 'full_name') !== repository
  }
  // These have ID tokens: they run for a pull request, on the default branch.
  if (name === 'workflow_run') {
    return member(event, 'workflow_run', 'head_repository', 'full_name') !== repository
  }
  // A comment tells that it is on a pull request, but not from where that comes.
  return (
    name === 'issue_comment' && (event === undefined || member(event, 'issue', 'pull_request') !== undefined)
  )
}

/** Where GitHub is, for links and hints: github.com where the runner does not tell. */
function serverUrl({ serverUrl: given }: Run): string {
  return URL.canParse(given) ? given : 'https://github.com'
}

/** What to change, from the situation of the run and not from error text; empty where it tells nothing. */
function situationHint(error: ActionError, { kind, host }: Situation): string {
  if (error.code === 'DENIED' && kind === 'enterprise-server') {
    return 'This is GitHub Enterprise Server: its ID tokens have an issuer of their own, which the other side must accept.'
  }
  if (error.code === 'DENIED' && host.endsWith('.ghe.com')) {
    return `This is GHE.com: the issuer of its ID tokens is https://token.actions.${host}, which the other side must accept.`
  }
  if (error.code !== 'NO_ID_TOKEN') return ''
  switch (kind) {
    case 'act':
      return 'act has no ID tokens: run this workflow on GitHub.'
    case 'fork':
      return 'GitHub gives no ID token to a pull request from a fork. Run this step on push instead, or skip it with\nif: github.event.pull_request.head.repo.full_name == github.repository'
    case 'dependabot':
      return "GitHub gives no ID token to a run that Dependabot started. Skip the step with\nif: github.actor != 'dependabot[bot]'"
    case 'enterprise-server':
      return `${PERMISSION}\nGitHub Enterprise Server has ID tokens from version 3.5 on.`
    case 'plain':
      return PERMISSION
  }
}

const PERMISSION =
  'Give the job this permission; a reusable workflow needs it in the job that calls it, too:\npermissions:\n  id-token: write\n  contents: read'

function factsOf(error: ActionError, claims: Claims | undefined): [string, string][] {
  const facts: [string, string][] = SHOWN_CLAIMS.flatMap((name) => {
    const value = claims?.[name]
    const text = showable(Array.isArray(value) ? value.join(', ') : value)
    return text === undefined ? [] : [[name, text]]
  })
  const requestId = error.refused?.requestId
  return requestId === undefined ? facts : [...facts, ['request id', requestId]]
}

/** Where the code is explained, in the version of this action that runs. */
function linkFor(error: ActionError, environment: Environment, run: Run): string {
  const page = `docs/troubleshooting.md#${error.code.toLowerCase()}`
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? ''
  if (repository === '') return page
  return `${serverUrl(run)}/${repository}/blob/${environment['GITHUB_ACTION_REF'] || 'main'}/${page}`
}
