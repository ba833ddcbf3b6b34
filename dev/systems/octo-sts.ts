import { fenceOf } from '../documents/fences.ts'
import { createGitHub, type GitHub } from '../fakes/github.ts'
import { subjectOf } from '../fakes/identity.ts'
import { ISSUER } from '../fakes/issuer.ts'
import { createOctoSts, type OctoSts, type OctoStsOptions } from '../fakes/octo-sts.ts'
import type { Setup, System } from './system.ts'

export const IDENTITY = 'deploy'

export interface OctoStsSetup extends Setup, Pick<OctoStsOptions, 'policies'> {
  /** The repository that the token is for. */
  readonly scope: string
  readonly github: GitHub
  readonly octoSts: OctoSts
}

/** Octo STS with a trust policy in the owner's repository `target` and one for the whole organization, and GitHub's API. */
export const system: System<OctoStsSetup> = {
  action: 'octo-sts',
  variants: ['default'],
  hosts: { 'octo-sts': 'octo-sts.dev' },
  example: () => ({
    prepare({ policies, scope }) {
      policies[scope] = { [IDENTITY]: fenceOf('octo-sts/README.md', 'yaml', /^issuer: /) }
    },
  }),
  setUp(foundations) {
    const { identity, url } = foundations
    const policy = (subject: string): string =>
      `issuer: ${ISSUER}\nsubject: ${JSON.stringify(subject)}\npermissions:\n  contents: read\n`
    const scope = `${identity.owner}/target`
    const policies: Record<string, Record<string, string>> = {
      [scope]: { [IDENTITY]: policy(subjectOf(identity)) },
      [`${identity.owner}/.github`]: { [IDENTITY]: policy(subjectOf(identity)) },
    }
    const github = createGitHub(foundations)
    const octoSts = createOctoSts({
      ...foundations,
      github,
      domain: () => new URL(url('octo-sts')).host,
      installations: { [identity.owner]: { contents: 'write', metadata: 'read', pull_requests: 'write' } },
      policies,
    })
    return {
      handlers: { 'octo-sts': octoSts.handler, github: github.handler },
      exchangeRole: 'octo-sts',
      credential: 'token',
      inputs: () => ({ identity: IDENTITY, scope, domain: new URL(url('octo-sts')).host }),
      deny() {
        policies[scope] = { [IDENTITY]: policy(`repo:${identity.owner}/another:ref:refs/heads/main`) }
      },
      mend([pasted]) {
        // The suggestion says who; what the token may do is in the file already.
        policies[scope] = { [IDENTITY]: `${pasted!.text}\npermissions:\n  contents: read\n` }
      },
      // It remembers the policies that it read.
      mendsAfterMs: 5 * 60_000 + 1,
      accepts: github.alive,
      alive: github.living,
      saysEnded: { github: [204, 401] },
      scope,
      github,
      octoSts,
      policies,
    }
  },
}
