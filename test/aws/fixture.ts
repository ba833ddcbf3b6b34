import type { Role } from '../../src/aws/refusal.ts'

export const ROLE = 'arn:aws:iam::123456789012:role/ci/github-actions'

export const STS = new URL('https://sts.eu-central-1.amazonaws.com/')

export const SOURCE: Role = { roleArn: ROLE, endpoint: STS, audience: 'sts.amazonaws.com' }
