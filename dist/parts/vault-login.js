export const id = 'vault-login';
export const ids = ['vault-login'];
export const modules = {

/***/ 3356: // ./src/vault/index.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  SERVICE: () => (/* reexport */ SERVICE),
  aboutBatch: () => (/* reexport */ aboutBatch),
  explainLogin: () => (/* reexport */ explainLogin),
  headersOf: () => (/* reexport */ headersOf),
  isPresent: () => (/* reexport */ isPresent),
  judge: () => (/* reexport */ judge),
  login: () => (/* reexport */ login),
  readPath: () => (/* reexport */ readPath),
  readServer: () => (/* reexport */ readServer),
  textsOf: () => (/* reexport */ textsOf),
  unwrapped: () => (/* reexport */ unwrapped),
  urlOf: () => (/* reexport */ urlOf),
  vaultToken: () => (/* reexport */ vaultToken)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
;// CONCATENATED MODULE: ./src/vault/server.ts
/** How a sentence names the server: OpenBao speaks the same protocol. */
const SERVICE = 'Vault';
const URL_EXAMPLE = 'https://vault.example.com:8200';
/** Parts between slashes, none of them empty, `.` or `..`. */
const PATH = /^(?:(?!\.{1,2}(?:\/|$))[^/\p{Cc}]+(?:\/|$))+(?<!\/)$/u;
const LINE = /^\P{Cc}+$/u;
const NAMESPACE = /^[\x21-\x7e]+$/;
/** Reads the inputs `url`, `namespace`, `audience`, `auth-path` and `role`. */
function readServer(inputs) {
    const url = inputs.url('url', inputs.required('url', URL_EXAMPLE), URL_EXAMPLE);
    const base = url.href.replace(/\/+$/, '');
    if (base.endsWith('/v1')) {
        inputs.problem('url', 'must not contain /v1, which the step adds', base.slice(0, -'/v1'.length));
    }
    const authPath = readPath(inputs, 'auth-path', inputs.text('auth-path') || 'jwt', 'jwt');
    if (authPath.startsWith('auth/')) {
        inputs.problem('auth-path', 'must not contain auth/, which the step adds', authPath.slice('auth/'.length));
    }
    return {
        api: `${base}/v1`,
        namespace: inputs.matching('namespace', inputs.text('namespace'), NAMESPACE, 'must be the full path of a namespace', 'team/project'),
        audience: inputs.line('audience') || url.origin,
        authPath,
        role: inputs.matching('role', inputs.required('role', 'deploy'), LINE, 'must be one line', 'deploy'),
    };
}
/**
 * A path of Vault.
 *
 * @param name of the input
 * @returns the path, or empty text after a problem
 */
function readPath(inputs, name, value, example) {
    return inputs.matching(name, value, PATH, 'must be a path without a leading or trailing slash and without empty, . or .. parts', example);
}
/** A URL of the API. Each part of a path is encoded: what it holds is Vault's business. */
function urlOf({ api }, ...paths) {
    const parts = paths.flatMap((each) => each.split('/')).map(encodeURIComponent);
    return new URL(`${api}/${parts.join('/')}`);
}
/** What every request has (Vault API, "X-Vault-Request" and "Namespaces"); with a token, that of who asks. */
function headersOf({ namespace }, token) {
    return {
        accept: 'application/json',
        'x-vault-request': 'true',
        ...(namespace !== '' && { 'x-vault-namespace': namespace }),
        ...(token !== undefined && { 'x-vault-token': token }),
    };
}

;// CONCATENATED MODULE: ./src/vault/answer.ts



/** How much of an error's text is looked at, in characters: bounds the work that a hostile one makes. */
const MAX_TEXT = 2_000;
/** What Vault means by an answer that is not 2xx, whatever was asked (Vault API, "HTTP status codes"). */
function judge(answer) {
    const texts = textsOf((0,http_answer/* member */.Dc)(answer.json, 'errors'))
        .slice(0, 10)
        .map((text) => text.slice(0, MAX_TEXT));
    // Errors of a library come as `1 error occurred:\n\t* …\n\n`.
    const reason = texts.map((text) => text.replace(/^\d+ errors? occurred:\s*\*\s*/, '').trim()).join('; ');
    return {
        ...(reason !== '' && { reason }),
        // A standby node has not caught up yet with what was just written, the token of the login for one.
        ...(answer.status === 412 && { again: Infinity }),
        ...(answer.status === 501 && { hint: 'An operator must initialize Vault first.' }),
        ...(answer.status === 503 &&
            /sealed/i.test(reason) && { hint: 'An operator must unseal Vault; then run the job again.' }),
    };
}
/**
 * The JSON object of an answer.
 *
 * @throws ActionError `UNUSABLE_ANSWER`, also where Vault wrapped the answer into a token
 */
function unwrapped(answer, url) {
    const body = (0,http_answer/* jsonObject */.o$)(answer, SERVICE, url);
    if (!isPresent(body['wrap_info']))
        return body;
    throw new errors/* ActionError */.lZ('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) wrapped its answer instead of giving it.`, {
        hint: 'The step does not ask for response wrapping: check what a proxy in front of Vault adds (X-Vault-Wrap-TTL).',
    });
}
/** Go writes an absent object as `null`. */
function isPresent(value) {
    return value !== undefined && value !== null;
}
/** The texts of a list; none where it is no list. */
function textsOf(value) {
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
;// CONCATENATED MODULE: ./src/vault/refusal.ts


/** Trouble with the keys of the issuer on Vault's way to them: transient, though Vault says 400. */
const KEYS_TROUBLE = /^error (?:validating token|configuring token validator): .*(?:fetching keys|get keys failed|dial tcp|no such host|connection re|timeout|deadline exceeded|\bEOF\b|\b5\d\d )/i;
/** A claim that does not fit, and its name. */
const CLAIM = /^error validating claims:.*?claim "([^"]{1,60})"/s;
/** What a person can do, by what Vault says (texts of hashicorp/vault-plugin-auth-jwt); the first that fits. */
const EXPLANATIONS = [
    [
        /no audiences bound to the role/,
        ({ server, claims, place }) => ({
            hint: `The audience of the ID token was "${server.audience}": add it to bound_audiences of ${place}, which has none.`,
            ...accepting(server, claims),
        }),
    ],
    [
        /\(aud\) claim|aud claim/,
        ({ server, claims, place }) => ({
            hint: `The audience of the ID token was "${server.audience}": add it to bound_audiences of ${place}, or set \`audience\` to one of those.`,
            ...accepting(server, claims),
        }),
    ],
    [
        /\(sub\) claim|sub claim/,
        ({ server, claims, place }) => ({
            hint: `The subject (sub) of the ID token was ${(0,errors/* quoted */.TL)((0,identity_claims/* claimText */.Q1)(claims, 'sub')) ?? 'another one'}: change bound_subject of ${place}.${(0,identity_claims/* aboutForm */.A1)((0,identity_claims/* claimText */.Q1)(claims, 'sub'))}`,
            ...accepting(server, claims),
        }),
    ],
    [
        CLAIM,
        ({ server, claims, place, reason }) => ({
            hint: claimHint(reason, place, claims),
            ...accepting(server, claims),
        }),
    ],
    [
        /^role .*could not be found/,
        ({ server, claims }) => ({
            hint: `Check \`role\`, \`auth-path\` and \`namespace\`: there is no role "${server.role}" in the auth method at "${server.authPath}".`,
            ...founding(server, claims),
        }),
    ],
    [
        /oidc role_type/,
        ({ server, claims }) => ({
            hint: `The role "${server.role}" is for people in a browser: it must have role_type=jwt. Vault turns it back into an oidc role on every write that omits role_type.`,
            ...accepting(server, claims),
        }),
    ],
    [
        KEYS_TROUBLE,
        ({ claims }) => ({
            hint: `Vault could not fetch the keys of GitHub's ID tokens: its server must be able to reach ${(0,identity_claims/* claimText */.Q1)(claims, 'iss') ?? 'their issuer'}.`,
        }),
    ],
    [
        /\((?:exp|nbf|iat)\) claim/,
        () => ({ hint: 'The ID token was new: check the clock of the Vault server.' }),
    ],
    [
        /^error (?:validating token|configuring token validator)|could not load configuration/,
        ({ server, claims }) => ({
            hint: `The issuer (iss) of the ID token was ${(0,errors/* quoted */.TL)((0,identity_claims/* claimText */.Q1)(claims, 'iss')) ?? 'that of GitHub'}: "auth/${server.authPath}/config" must have it as oidc_discovery_url and bound_issuer.`,
        }),
    ],
];
/** What a person can do about a login that Vault refused. */
function explainLogin(server, error, claims) {
    if (error.code !== 'DENIED')
        return {};
    const reason = error.refused?.reason ?? '';
    const place = `the role "${server.role}" ("auth/${server.authPath}/role/${server.role}")`;
    const found = EXPLANATIONS.find(([said]) => said.test(reason));
    return found?.[1]({ server, claims, place, reason }) ?? {};
}
/** Vault names the claim that did not fit: its value is shown only where it may be. */
function claimHint(reason, place, claims) {
    const claim = CLAIM.exec(reason)?.[1] ?? '';
    const value = identity_claims/* SHOWN_CLAIMS */.uZ.includes(claim) ? (0,identity_claims/* claimText */.Q1)(claims, claim) : undefined;
    const start = value === undefined ? 'Compare' : `The claim "${claim}" of the ID token was "${value}": compare`;
    return `${start} bound_claims of ${place} with the claims of the ID token.${claim === 'sub' ? (0,identity_claims/* aboutForm */.A1)(value) : ''}`;
}
/** What an existing role must have to accept this run and no other. Vault keeps what a write leaves out, but for `role_type`. */
function accepting(server, claims) {
    return toPaste(server, claims, 'With these settings, the role accepts this run', {});
}
/** A new role, which must have a `user_claim`, and a token that ends soon. */
function founding(server, claims) {
    return toPaste(server, claims, `This creates a role that accepts this run and gives it the policy "${server.role}"`, {
        user_claim: 'repository_id',
        token_policies: [server.role],
        token_ttl: '1h',
    });
}
/** As `vault write` reads it. */
function toPaste({ role, authPath, audience }, claims, what, more) {
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    const repositoryId = (0,identity_claims/* claimText */.Q1)(claims, 'repository_id');
    if (subject === undefined || repositoryId === undefined)
        return {};
    const settings = {
        role_type: 'jwt',
        bound_audiences: [audience],
        bound_subject: subject,
        bound_claims: { repository_id: repositoryId },
        ...more,
    };
    return {
        advice: `${what} (vault write auth/${authPath}/role/${role} @role.json):`,
        paste: [{ language: 'json', content: JSON.stringify(settings, undefined, 2) }],
    };
}

;// CONCATENATED MODULE: ./src/vault/revocation.ts



/** A Vault token as a credential that is taken back. */
function vaultToken(given) {
    return {
        name: 'The Vault token',
        ends: endOf(given),
        revoke: (client) => revokeSelf(client, given),
    };
}
/** When a token ends, as a sentence says it. */
function endOf({ expiresAt }) {
    return expiresAt === undefined ? 'only when somebody revokes it' : `at ${expiresAt.toISOString()}`;
}
/** Why a batch token is not taken back: Vault keeps no list of them. */
function aboutBatch(token) {
    return `The Vault token is a batch token, which cannot be revoked; it ends ${endOf(token)}.`;
}
/**
 * Takes a Vault token back, and with it every lease that it made: `POST /v1/auth/token/revoke-self` (Vault API, "Token
 * auth method"). A token that has ended is refused with 403, as is one whose policies do not allow this; of the former
 * newer versions say `invalid token`.
 *
 * @returns `gone` where the token had ended before
 * @throws ActionError of {@link Client.send}
 */
async function revokeSelf(client, vault) {
    try {
        await client.send({
            service: SERVICE,
            method: 'POST',
            url: urlOf(vault, 'auth/token/revoke-self'),
            attemptMs: 5_000,
            prepare: () => ({ headers: headersOf(vault, vault.token) }),
            judge: (answer) => {
                const judgement = judge(answer);
                if (answer.status !== 403 || judgement.reason === undefined)
                    return judgement;
                return {
                    ...judgement,
                    hint: 'A policy of the role must contain: path "auth/token/revoke-self" { capabilities = ["update"] }.',
                };
            },
            read: ({ status }) => {
                // Whoever answers otherwise is not Vault: a proxy, or the login page of a network.
                if (status === 204)
                    return;
                throw new errors/* ActionError */.lZ('UNUSABLE_ANSWER', `${SERVICE} answered ${status} instead of 204.`, {
                    hint: `Check that ${vault.api} is Vault's API and that no gateway or login page is in front of it.`,
                });
            },
        });
        return 'revoked';
    }
    catch (error) {
        const refused = error instanceof errors/* ActionError */.lZ ? error.refused : undefined;
        // A 403 without Vault's own words is that of somebody before it.
        const isVaults = refused?.status === 403 && refused.reason !== undefined;
        if (isVaults && (vault.mayRevokeItself || /\b(?:invalid|bad) token\b/.test(refused.reason)))
            return 'gone';
        throw error;
    }
}

;// CONCATENATED MODULE: ./src/vault/login.ts







/** Vault may fetch the keys of GitHub's issuer first; cutting earlier would leave a token behind that nobody revokes. */
const LOGIN_MS = 30_000;
/**
 * Logs in with the job's ID token: `POST /v1/auth/{auth-path}/login` (Vault API, "JWT/OIDC auth method"). The token is
 * concealed; to take it back is left to the caller.
 */
function login(server, tools) {
    const { audience, authPath, role } = server;
    const url = urlOf(server, 'auth', authPath, 'login');
    return tools.send({
        service: SERVICE,
        method: 'POST',
        url,
        audience,
        attemptMs: LOGIN_MS,
        grantEnds: 'with the token_ttl of the role',
        prepare: async () => ({
            headers: { ...headersOf(server), 'content-type': 'application/json' },
            body: JSON.stringify({ role, jwt: await tools.idToken(audience) }),
        }),
        judge: (answer) => {
            const judgement = judge(answer);
            const hints = {
                403: `Vault says this if there is no auth method at "${authPath}", if \`namespace\` is wrong, or if the role "${role}" does not accept logins from this runner's address (token_bound_cidrs).`,
                404: `Check \`auth-path\` and \`namespace\`: Vault has no auth method at "${authPath}".`,
            };
            const hint = hints[answer.status];
            return {
                ...judgement,
                ...(answer.status === 400 && KEYS_TROUBLE.test(judgement.reason ?? '') && { again: 2 }),
                ...(hint !== undefined && { hint }),
            };
        },
        read: (answer) => readLogin(answer, url, server, tools),
    });
}
function readLogin(answer, url, server, tools) {
    const { api, namespace, authPath } = server;
    const given = (0,http_answer/* member */.Dc)(unwrapped(answer, url), 'auth');
    if (isPresent((0,http_answer/* member */.Dc)(given, 'mfa_requirement'))) {
        throw new errors/* ActionError */.lZ('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) asks for a second factor.`, {
            hint: `A job has no second factor: exempt the auth method at "${authPath}" from login MFA (sys/mfa/login-enforcement).`,
        });
    }
    const policies = textsOf((0,http_answer/* member */.Dc)(given, 'policies'));
    const seconds = (0,http_answer/* member */.Dc)(given, 'lease_duration');
    const login = {
        api,
        namespace,
        isBatch: (0,http_answer/* member */.Dc)(given, 'token_type') === 'batch',
        policies,
        expiresAt: typeof seconds === 'number' && seconds > 0 ? (0,http_answer/* timeOf */.nR)(tools.now() / 1000 + seconds) : undefined,
        mayRevokeItself: policies.includes('default') || (0,http_answer/* member */.Dc)(given, 'num_uses') !== 0,
    };
    const rescue = {
        takeBack: (core) => {
            tools.takeBack(vaultToken({ ...login, token: core }));
        },
        ends: endOf(login),
    };
    const token = (0,http_answer/* member */.Dc)(given, 'client_token');
    return {
        ...login,
        token: (0,credential/* credential */.e)(token, 'client token', SERVICE, tools.conceal, login.isBatch ? undefined : rescue),
    };
}

;// CONCATENATED MODULE: ./src/vault/index.ts
/**
 * What it takes to log in to Vault or OpenBao. Imported at run time, by `import()`, where Vault is used: one part of
 * `dist` that all its users share and nobody else loads.
 */







/***/ })

};
