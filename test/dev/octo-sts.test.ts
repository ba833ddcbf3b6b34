import { expect, test } from 'vitest'
import { createGitHub } from '../../dev/fakes/github.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { createOctoSts } from '../../dev/fakes/octo-sts.ts'
import { ask, jsonOf, setStage } from './fakes.ts'

/* What it remembers, and how it refuses a policy, is asked through the action in test/exchanges/octo-sts.test.ts. */

const SUBJECT = 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main'
const SCOPE = 'octo-org/target'
const QUERY = `scope=${SCOPE}&identity=deploy`
const INVALID = { sub: 'invalid subject in token', aud: 'invalid audience in token' }

test.each<[Record<string, unknown>, string, string]>([
  [{}, 'identity=deploy', 'scope must be provided'],
  [{}, `scope=${SCOPE}`, 'identity must be provided'],
  [{}, `scopes=${SCOPE}&scopes=${SCOPE}`, 'multiple scopes not supported'],
  [{ sub: 'repo:octo-org/workflows:ref:refs/heads/fix(ci)' }, QUERY, INVALID.sub],
  [{ sub: 'repo:octo-org/workflows:environment:the stage' }, QUERY, INVALID.sub],
  [{ sub: 'x'.repeat(256) }, QUERY, INVALID.sub],
  [{ aud: 'me@example.com' }, QUERY, INVALID.aud],
  [{ aud: 'x'.repeat(256) }, QUERY, INVALID.aud],
  [{ iss: 'https://issuer.example.com' }, QUERY, 'unable to fetch or create the provider'],
])('the claims %j and the query %s are refused', async (claims, query, message) => {
  const stage = await setStage({}, claims)
  const { handler } = createOctoSts({
    ...stage,
    verify: stage.issuer.verify,
    github: createGitHub(stage),
    domain: () => 'octo-sts.dev',
    installations: { 'octo-org': { contents: 'write' } },
    policies: { [SCOPE]: { deploy: `issuer: ${ISSUER}\nsubject: ${SUBJECT}` } },
  })
  const authorization = `Bearer ${await stage.issuer.mint('octo-sts.dev')}`
  const reply = await ask(handler, 'POST', `https://octo-sts.dev/sts/exchange?${query}`, { authorization })
  expect([reply.status, jsonOf(reply)]).toMatchObject([400, { code: 3, message }])
})
