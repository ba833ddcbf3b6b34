/**
 * Main and post of `.github/actions/app-server`, the local action with which the workflow `ci.yml` tests this project on
 * a real runner: an app server on loopback that verifies GitHub's real ID tokens and hands out tokens that are good for
 * nothing. Its post step runs after that of the action under test and fails unless every token was revoked.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as core from '@actions/core'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { createAppServer } from './fakes/app-server.ts'
import { createGitHub } from './fakes/github.ts'
import { ISSUER } from './fakes/issuer.ts'
import { serve } from './fakes/serve.ts'

/** What the server answers when it is stopped. */
interface Tally {
  readonly issued: number
  readonly revoked: number
}

/** Starts the server as a process of its own, since an action's process ends with its step. */
async function start(): Promise<void> {
  const server = spawn(process.execPath, [import.meta.filename, 'serve'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(([code]) => Promise.reject(new Error(`the server ended with ${String(code)}`))),
  ])) as [Buffer]
  const url = said.toString().trim()
  server.stdout.destroy()
  server.unref()
  core.saveState('url', url)
  core.setOutput('url', url)
  core.info(`The app server listens at ${url}.`)
}

/** Prints the server's URL and serves until it is told to stop. */
async function serveUntilStopped(): Promise<void> {
  const answer = await fetch(`${ISSUER}/.well-known/jwks`)
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`)
  const keys = createLocalJWKSet((await answer.json()) as JSONWebKeySet)
  const now = Date.now
  const github = createGitHub({ now, issue: () => undefined })

  const repository = process.env['GITHUB_REPOSITORY'] ?? ''
  const [owner = '', name = ''] = repository.split('/')
  const immutable = `${owner}@${process.env['GITHUB_REPOSITORY_OWNER_ID'] ?? ''}/${name}@${process.env['GITHUB_REPOSITORY_ID'] ?? ''}`
  const appServer = createAppServer({
    now,
    github,
    verify: async (token, expected) =>
      (await jwtVerify(token, keys, { issuer: ISSUER, ...expected, requiredClaims: ['exp', 'nbf', 'sub'] })).payload,
    audiences: () => ['127.0.0.1'],
    installations: [owner],
    repositories: {
      [`${owner}/.github-access-token`]: {
        'access-token.yaml': `origin: ${owner}/.github-access-token\nallowed-repository-permissions: { contents: read }\n`,
      },
      [repository]: {
        '.github/access-token.yaml': [
          `origin: ${repository}`,
          'statements:',
          `  - subjects: ['repo:${repository}:**', 'repo:${immutable}:**']`,
          '    permissions: { contents: read }',
          '',
        ].join('\n'),
      },
    },
  })

  const server = await serve((request) => {
    if (request.method === 'DELETE' && request.url.pathname === '/') {
      setImmediate(() => void server.close())
      const tally: Tally = { issued: github.issued.length, revoked: github.revoked.length }
      return { status: 200, body: tally }
    }
    return request.url.pathname === '/installation/token' ? github.handler(request) : appServer.handler(request)
  })
  console.log(server.url)
}

/** Stops the server. @throws Error unless it handed out a token and revoked every one */
async function stop(url: string): Promise<void> {
  const { issued, revoked } = (await (await fetch(url, { method: 'DELETE' })).json()) as Tally
  core.info(`The app server issued ${issued} tokens and revoked ${revoked}.`)
  if (issued === 0 || revoked !== issued) throw new Error('a token was not revoked, or none was handed out')
}

const url = core.getState('url')
const done = process.argv[2] === 'serve' ? serveUntilStopped() : url === '' ? start() : stop(url)
done.catch((error: unknown) => {
  core.setFailed(error instanceof Error ? error.message : String(error))
})
