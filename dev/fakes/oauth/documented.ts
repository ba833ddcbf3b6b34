import type { OAuthServerOptions } from './server.ts'

/** What a server of `server.ts` is told of itself. */
export type Documented = Pick<OAuthServerOptions, 'path' | 'body' | 'audience' | 'parameters' | 'says'>

const EXCHANGE = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
}

/** What servers want that run on no machine here, as the page sets them up, by host. */
export const DOCUMENTED: Readonly<Record<string, Documented>> = {
  // Databricks: "Authenticate with an identity provider token" (oauth-federation-exchange).
  'dbc-a1b2c3d4-e5f6.cloud.databricks.com': {
    path: '/oidc/v1/token',
    body: 'form',
    audience: 'https://dbc-a1b2c3d4-e5f6.cloud.databricks.com',
    parameters: { ...EXCHANGE, client_id: '0f4d1c9e-6f0b-4e57-9d35-7f3f0c1f2a3b', scope: 'all-apis' },
    says: {
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'all-apis',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    },
  },
  // OpenAI: "Workload identity token exchange".
  'auth.openai.com': {
    path: '/oauth/token',
    body: 'json',
    audience: 'https://api.openai.com/v1',
    parameters: { ...EXCHANGE, identity_provider_id: 'idp_0123456789', service_account_id: 'sa_0123456789' },
    says: {
      token_type: 'Bearer',
      expires_in: 3_600,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    },
  },
  // Microsoft: "Microsoft identity platform and the OAuth 2.0 client credentials flow", third case.
  'login.microsoftonline.com': {
    path: '/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token',
    body: 'form',
    audience: 'api://AzureADTokenExchange',
    parameters: {
      grant_type: 'client_credentials',
      client_id: '66666666-7777-8888-9999-aaaaaaaaaaaa',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      scope: ['management.azure.com', 'graph.microsoft.com', 'database.windows.net'].map(
        (api) => `https://${api}/.default`,
      ),
    },
    says: { token_type: 'Bearer', expires_in: 3_599, ext_expires_in: 3_599 },
  },
}
