export const id = 'vault';
export const ids = ['vault'];
export const modules = {

/***/ 6535: // ./src/exchanges/secret/vault.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   secretVault: () => (/* binding */ secretVault)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(8992);
/* harmony import */ var _vault_answer_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9772);
/* harmony import */ var _vault_login_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(4917);
/* harmony import */ var _vault_server_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(3153);
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(3965);
/* harmony import */ var _reading_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7557);
/* harmony import */ var _references_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(9021);









const EXAMPLE = 'team/database';
/** Values of secrets of a KV version 2 engine of Vault or OpenBao, read with a token that is revoked at once. */
const secretVault = {
    settings: async (inputs) => {
        const engine = (0,_vault_server_js__WEBPACK_IMPORTED_MODULE_7__/* .readPath */ .G7)(inputs, 'engine', inputs.text('engine') || 'secret', 'secret');
        return {
            server: (0,_vault_server_js__WEBPACK_IMPORTED_MODULE_7__/* .readServer */ .Wb)(inputs),
            engine,
            wanted: await (0,_references_js__WEBPACK_IMPORTED_MODULE_6__/* .readReferences */ .P)(inputs, {
                input: 'path',
                example: EXAMPLE,
                key: 'DB_PASSWORD',
                read: (label, text) => secretPath(inputs, label, (0,_vault_server_js__WEBPACK_IMPORTED_MODULE_7__/* .readPath */ .G7)(inputs, label, text, EXAMPLE), engine),
                mended: (text) => fromVaultAction(text, engine),
            }),
        };
    },
    exchange: async (settings, tools) => {
        const token = borrowToken(settings.server, tools);
        const grant = await (0,_reading_js__WEBPACK_IMPORTED_MODULE_5__/* .readSecrets */ .q)(settings.wanted, token, {
            id: (path) => path,
            read: (path) => read(settings, path, token, tools),
        });
        return { ...grant, summary: `${grant.summary}${(0,_vault_login_js__WEBPACK_IMPORTED_MODULE_3__/* .aboutBatch */ .A)(await token)}` };
    },
};
/** A token for this step alone. */
async function borrowToken(server, tools) {
    const given = await (0,_vault_login_js__WEBPACK_IMPORTED_MODULE_3__/* .login */ .i)(server, tools);
    if (given.revocable)
        tools.revokeAtEnd(given.revocable);
    return given;
}
/** Removes from a path what policies and the commands of Vault put before it: it would be there twice. */
function secretPath(inputs, label, path, engine) {
    let rest = path;
    for (const before of [`${engine}/`, 'data/']) {
        if (rest.startsWith(before))
            rest = rest.slice(before.length);
    }
    if (rest === path)
        return path;
    inputs.problem(label, 'must not contain the engine or data/, which the step adds', rest);
    return '';
}
/**
 * The first entry of `secrets` as hashicorp/vault-action takes it, `ENGINE/data/PATH KEY | NAME ;`, in the form that works
 * here; `undefined` if it is not one.
 */
function fromVaultAction(text, engine) {
    const [first = ''] = text.split(';');
    const entry = /^(\S+)\/data\/(\S+)\s+([\w.-]+|\*)(?:\s*\|\s*([a-z][\w-]*))?$/i.exec(first.trim());
    const [, mount = '', path = '', key = '', name = key] = entry ?? [];
    if (entry === null)
        return undefined;
    const line = key === '*' ? `all: ${path}` : `${name}: ${path}#${key}`;
    return mount === engine ? line : `${line}, and as engine: ${mount}`;
}
/** `GET /v1/{engine}/data/{path}`: the data of the newest version (Vault API, "KV secrets engine - version 2"). */
function read(settings, path, token, tools) {
    const { server, engine } = settings;
    const url = (0,_vault_server_js__WEBPACK_IMPORTED_MODULE_7__/* .urlOf */ .rs)(server, engine, 'data', path);
    return tools.send({
        service: _vault_server_js__WEBPACK_IMPORTED_MODULE_7__/* .SERVICE */ .YV,
        method: 'GET',
        url,
        gateway: server.headers,
        prepare: async () => ({ headers: (0,_vault_server_js__WEBPACK_IMPORTED_MODULE_7__/* .headersOf */ .Yl)(server, (await token).token) }),
        refusal: (answer) => refusal(answer, settings, path),
        read: (answer) => {
            const body = (0,_vault_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .unwrapped */ .DE)(answer, url);
            const text = (0,_json_js__WEBPACK_IMPORTED_MODULE_4__/* .memberText */ .WI)(answer.text, 'data', 'data');
            if ((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(body, 'data', 'metadata') !== undefined &&
                (0,_vault_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .isPresent */ .Wo)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(body, 'data', 'data')) &&
                text !== undefined) {
                return { name: (0,_text_js__WEBPACK_IMPORTED_MODULE_8__/* .quoted */ .TL)(`${engine}/${path}`), text };
            }
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `${_vault_server_js__WEBPACK_IMPORTED_MODULE_7__/* .SERVICE */ .YV} (${url.host}) answered without a secret.`, {
                hint: `Check \`engine\`: "${engine}" must be a KV version 2 engine.`,
            });
        },
    });
}
/** What Vault means by an answer that is not 2xx to a read. */
function refusal(answer, settings, path) {
    const { status, json } = answer;
    const { engine } = settings;
    const name = (0,_text_js__WEBPACK_IMPORTED_MODULE_8__/* .quoted */ .TL)(`${engine}/${path}`);
    const explained = (reason, hint) => ({ reason, explain: () => ({ hint }) });
    const gone = (reason, hint) => ({
        ...explained(reason, hint),
        ...(status === 404 && { missing: name }),
    });
    const metadata = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'data', 'metadata');
    if ((0,_vault_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .isPresent */ .Wo)(metadata)) {
        const version = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(metadata, 'version');
        const which = `version ${typeof version === 'number' ? version : '?'} of ${name}`;
        return (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(metadata, 'destroyed') === true
            ? gone(`${which} is destroyed`, 'Its data is gone: write a new version.')
            : gone(`${which} is deleted`, 'Undelete it (vault kv undelete), or write a new version.');
    }
    const [warning] = (0,_vault_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .textsOf */ .CB)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'warnings'));
    if (status === 404 && warning !== undefined) {
        return explained(warning, `Check \`engine\` and the path: \`engine\` must be exactly where the KV engine is mounted, and was "${engine}"; the path is what follows, without data/, and was "${path}".`);
    }
    const errors = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'errors');
    if (status === 404 && Array.isArray(errors) && errors.length === 0) {
        return gone(`there is no secret ${name}`, `"${engine}" has never had a secret at "${path}": check the path, and that "${engine}" is a KV version 2 engine.`);
    }
    return (0,_vault_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .vaultRefusal */ .Hp)(answer, (reason) => explain(reason, settings, path));
}
/** What a person can do about a read, by what Vault says (Vault, "Tokens", "Error responses"; `router.go`). */
function explain(reason, { server, engine }, path) {
    if (/\b(?:invalid|bad) token\b/.test(reason)) {
        return {
            hint: `The Vault token of this step has ended or was used up: the role "${server.role}" must give tokens a token_ttl that lasts for the step, and no token_num_uses, since each secret is a use.`,
        };
    }
    if (reason.startsWith('permission denied')) {
        const policy = `path ${JSON.stringify(`${engine}/data/${path}`)} { capabilities = ["read"] }`;
        return {
            hint: `A policy of the role "${server.role}" must contain: ${policy}. Vault says the same if there is no engine at "${engine}".`,
        };
    }
    return reason.startsWith('no handler for route')
        ? {
            hint: `Check \`engine\` and \`namespace\`: Vault has no engine at "${engine}". For an engine in a namespace below that of the auth method, set \`engine\` to both: NAMESPACE/${engine}.`,
        }
        : {};
}


/***/ }),

/***/ 5662: // ./src/exchanges/vault.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   vault: () => (/* binding */ vault)
/* harmony export */ });
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8992);
/* harmony import */ var _vault_login_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4917);
/* harmony import */ var _vault_server_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3153);



/** A token of Vault or OpenBao, for whatever the policies of the role allow; revoked when the job ends. */
const vault = {
    settings: (inputs) => ({ server: (0,_vault_server_js__WEBPACK_IMPORTED_MODULE_1__/* .readServer */ .Wb)(inputs), outlivesJob: inputs.boolean('skip-token-revoke') }),
    exchange: async ({ server, outlivesJob }, tools) => {
        const given = await (0,_vault_login_js__WEBPACK_IMPORTED_MODULE_0__/* .login */ .i)(server, tools);
        const { token, policies, expiresAt, revocable } = given;
        const names = (0,_text_js__WEBPACK_IMPORTED_MODULE_2__/* .showable */ .of)((0,_text_js__WEBPACK_IMPORTED_MODULE_2__/* .few */ .H$)(policies.map(_text_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .TL)));
        return {
            secrets: [token],
            outputs: { token, policies: JSON.stringify(policies) },
            summary: `Vault token granted${names === undefined ? '' : ` with the policies ${names}`}.${(0,_vault_login_js__WEBPACK_IMPORTED_MODULE_0__/* .aboutBatch */ .A)(given)}`,
            ...(expiresAt && { expiresAt }),
            ...(revocable && { revocable, outlivesJob }),
        };
    },
};


/***/ }),

/***/ 7908: // ./src/explanation.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ explanationOf)
/* harmony export */ });
/** The explanation of what a system says; an empty one if the table has none. */
function explanationOf(table, said, context) {
    const [, hint, more] = table.find(([words]) => words.test(said)) ?? [];
    return hint === undefined ? {} : { hint: hint(context), ...more?.(context) };
}


/***/ }),

/***/ 9772: // ./src/vault/answer.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A3: () => (/* binding */ reasonOf),
/* harmony export */   CB: () => (/* binding */ textsOf),
/* harmony export */   DE: () => (/* binding */ unwrapped),
/* harmony export */   Hp: () => (/* binding */ vaultRefusal),
/* harmony export */   Wo: () => (/* binding */ isPresent)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);
/* harmony import */ var _server_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3153);



/** The words of Vault in an answer that is not 2xx; empty if it has none. */
function reasonOf(answer) {
    const texts = textsOf((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(answer.json, 'errors'))
        .slice(0, 10)
        .map((text) => text.slice(0, _http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .MAX_MESSAGE */ .h2));
    // Errors of a library come as `1 error occurred:\n\t* …\n\n`.
    return texts.map((text) => text.replace(/^\d+ errors? occurred:\s*\*\s*/, '').trim()).join('; ');
}
/**
 * What Vault means by an answer that is not 2xx, whatever was asked (Vault API, "HTTP status codes"). It has no reason where
 * the answer is not of Vault's form.
 *
 * @param explain what a person can do about anything but the state of the server
 */
function vaultRefusal(answer, explain) {
    const reason = reasonOf(answer);
    const hint = /^Vault is not initialized/i.test(reason)
        ? 'An operator must initialize Vault first.'
        : /^Vault is sealed/i.test(reason)
            ? 'An operator must unseal Vault; then run the job again.'
            : undefined;
    return {
        ...(reason !== '' && { reason }),
        // A standby node has not caught up yet with what was just written, the token of the login for one.
        ...(answer.status === 412 && { retry: 'until the deadline' }),
        explain: (claims) => (hint === undefined ? explain(reason, claims) : { hint }),
    };
}
/**
 * The JSON object of an answer.
 *
 * @throws ActionError `UNUSABLE_ANSWER`, also where Vault wrapped the answer into a token
 */
function unwrapped(answer, url) {
    const body = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .jsonObject */ .o$)(answer, _server_js__WEBPACK_IMPORTED_MODULE_2__/* .SERVICE */ .YV, url);
    if (!isPresent(body['wrap_info']))
        return body;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `${_server_js__WEBPACK_IMPORTED_MODULE_2__/* .SERVICE */ .YV} (${url.host}) wrapped its answer instead of giving it.`, {
        hint: 'The step does not ask for response wrapping: check what a proxy in front of Vault adds (X-Vault-Wrap-TTL).',
    });
}
/** Go writes an absent object as `null`. */
function isPresent(value) {
    return value !== undefined && value !== null;
}
/** The texts of a list; none if it is not a list. */
function textsOf(value) {
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}


/***/ }),

/***/ 4917: // ./src/vault/login.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  A: () => (/* binding */ aboutBatch),
  i: () => (/* binding */ login)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/inputs/headers.ts
var inputs_headers = __webpack_require__(6427);
// EXTERNAL MODULE: ./src/vault/answer.ts
var vault_answer = __webpack_require__(9772);
// EXTERNAL MODULE: ./src/explanation.ts
var explanation = __webpack_require__(7908);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
;// CONCATENATED MODULE: ./src/vault/refusal.ts





/** Trouble with the keys of the issuer on Vault's way to them: transient, though Vault says 400. */
const KEYS_TROUBLE = /^error (?:validating token|configuring token validator): .*(?:fetching keys|get keys failed|dial tcp|no such host|connection re|timeout|deadline exceeded|\bEOF\b|\b5\d\d )/i;
/** What a write of a role does with what it omits (vault-plugin-auth-jwt, path_role.go). */
const KEEPS = ' A write of the role keeps every field that it omits, but for role_type and bound_claims_type.';
/** A claim that does not fit, and its name. */
const CLAIM = /^error validating claims:.*?claim "([^"]{1,60})"/s;
/** What a person can do, by what Vault says (texts of hashicorp/vault-plugin-auth-jwt); the first that fits. */
const EXPLANATIONS = [
    [
        /no audiences bound to the role/,
        ({ server, place }) => `The audience of the ID token was "${server.audience}": add it to bound_audiences of ${place}, which has none.`,
        suggestSettings,
    ],
    [
        /\(aud\) claim|aud claim/,
        ({ server, place }) => `The audience of the ID token was "${server.audience}": add it to bound_audiences of ${place}, or set \`audience\` to one of those.`,
        suggestSettings,
    ],
    [
        /\(sub\) claim|sub claim/,
        ({ claims, place }) => `The subject (sub) of the ID token was ${(0,src_text/* quoted */.TL)((0,identity_claims/* claimText */.Q1)(claims, 'sub')) ?? 'another one'}: change bound_subject of ${place}.${(0,identity_claims/* aboutForm */.A1)((0,identity_claims/* claimText */.Q1)(claims, 'sub'))}${KEEPS}`,
        suggestSettings,
    ],
    [CLAIM, aboutClaim, suggestSettings],
    [
        /^role .*could not be found/,
        ({ server: { authPath, role } }) => `Check \`role\`, \`auth-path\` and \`namespace\`: there is no role "${role}" in the auth method at "${authPath}".`,
        suggestRole,
    ],
    [
        /oidc role_type/,
        ({ server: { role } }) => `The role "${role}" is for people in a browser: it must have role_type=jwt. Vault turns it back into an oidc role on every write that omits role_type.`,
        suggestSettings,
    ],
    [
        KEYS_TROUBLE,
        ({ claims }) => `Vault could not fetch the keys of GitHub's ID tokens: its server must be able to reach ${(0,identity_claims/* claimText */.Q1)(claims, 'iss') ?? 'their issuer'}.`,
    ],
    [/\((?:exp|nbf|iat)\) claim/, () => 'The ID token was new: check the clock of the Vault server.'],
    [
        /^permission denied/,
        ({ server: { authPath, role } }) => `Vault says this if there is no auth method at "${authPath}", if \`namespace\` is wrong, or if the role "${role}" does not accept logins from this runner's address (token_bound_cidrs).`,
    ],
    [
        /^no handler for route/,
        ({ server: { authPath } }) => `Check \`auth-path\` and \`namespace\`: Vault has no auth method at "${authPath}".`,
    ],
    [
        /^error (?:validating token|configuring token validator)|could not load configuration/,
        ({ server: { authPath }, claims }) => `The issuer (iss) of the ID token was ${(0,src_text/* quoted */.TL)((0,identity_claims/* claimText */.Q1)(claims, 'iss')) ?? 'that of GitHub'}: "auth/${authPath}/config" must have it as oidc_discovery_url and bound_issuer.`,
    ],
];
/** What Vault means by an answer that is not 2xx to a login. */
function loginRefusal(answer, server) {
    const place = `the role "${server.role}" ("auth/${server.authPath}/role/${server.role}")`;
    const refusal = (0,vault_answer/* vaultRefusal */.Hp)(answer, (reason, claims) => (0,explanation/* explanationOf */.p)(EXPLANATIONS, reason, { server, claims, place, reason }));
    const isTransient = answer.status === 400 && KEYS_TROUBLE.test((0,http_answer/* textOf */.b6)(refusal.reason));
    return { ...refusal, ...(isTransient && { retry: { times: 2 } }) };
}
/** Vault names the claim that did not fit: its value is shown only where it may be. */
function aboutClaim({ reason, place, claims }) {
    const claim = CLAIM.exec(reason)?.[1] ?? '';
    const value = identity_claims/* SHOWN_CLAIMS */.uZ.includes(claim) ? (0,identity_claims/* claimText */.Q1)(claims, claim) : undefined;
    const isMissing = reason.endsWith(' is missing');
    const start = value !== undefined
        ? `The claim "${claim}" of the ID token was "${value}": compare`
        : isMissing
            ? `The ID token has no claim "${claim}": compare`
            : 'Compare';
    return `${start} bound_claims of ${place} with the claims of the ID token.${claim === 'sub' ? (0,identity_claims/* aboutForm */.A1)(value) : ''}${KEEPS}`;
}
/** What an existing role must have to accept this run and no other; see {@link KEEPS}. */
function suggestSettings(login) {
    return toPaste(login, 'With these settings, the role accepts this run');
}
/** A new role, which must have a `user_claim`, and a token that ends soon. */
function suggestRole(login) {
    const { role } = login.server;
    return toPaste(login, `This creates a role that accepts this run and gives it the policy "${role}"`, {
        user_claim: 'repository_id',
        token_policies: [role],
        token_ttl: '1h',
    });
}
/** As `vault write` reads it. */
function toPaste({ server, claims }, what, more = {}) {
    const { role, authPath, audience } = server;
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    const repositoryId = (0,identity_claims/* claimText */.Q1)(claims, 'repository_id');
    if (subject === undefined || repositoryId === undefined)
        return {};
    const passing = (0,identity_claims/* aboutPassing */.PR)(subject);
    if (passing !== undefined)
        return { advice: passing };
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

// EXTERNAL MODULE: ./src/vault/revoker.ts
var revoker = __webpack_require__(7240);
// EXTERNAL MODULE: ./src/vault/server.ts
var vault_server = __webpack_require__(3153);
;// CONCATENATED MODULE: ./src/vault/login.ts








/** Vault may fetch the keys of GitHub's issuer first; cutting earlier would leave a token behind that nobody revokes. */
const LOGIN_MS = 30_000;
/**
 * Logs in with the job's ID token: `POST /v1/auth/{auth-path}/login` (Vault API, "JWT/OIDC auth method"). The token is
 * masked; to have it revoked is left to the caller.
 */
function login(server, tools) {
    const { audience, authPath, role } = server;
    const url = (0,vault_server/* urlOf */.rs)(server, 'auth', authPath, 'login');
    return tools.send({
        service: vault_server/* SERVICE */.YV,
        method: 'POST',
        url,
        audience,
        gateway: server.headers,
        attemptMs: LOGIN_MS,
        grantEnds: 'with the token_ttl of the role',
        prepare: async () => ({
            headers: { ...(0,vault_server/* headersOf */.Yl)(server), 'content-type': 'application/json' },
            body: JSON.stringify({ role, jwt: await tools.idToken(audience) }),
        }),
        refusal: (answer) => loginRefusal(answer, server),
        read: (answer) => readLogin(answer, url, server, tools),
    });
}
function readLogin(answer, url, server, tools) {
    const { api, namespace, authPath, headers } = server;
    const given = (0,http_answer/* member */.Dc)((0,vault_answer/* unwrapped */.DE)(answer, url), 'auth');
    if ((0,vault_answer/* isPresent */.Wo)((0,http_answer/* member */.Dc)(given, 'mfa_requirement'))) {
        throw new errors/* ActionError */.lZ('UNUSABLE_ANSWER', `${vault_server/* SERVICE */.YV} (${url.host}) asks for a second factor.`, {
            hint: `A job has no second factor: exempt the auth method at "${authPath}" from login MFA (sys/mfa/login-enforcement).`,
            leavesNothing: true,
        });
    }
    const policies = (0,vault_answer/* textsOf */.CB)((0,http_answer/* member */.Dc)(given, 'policies'));
    const seconds = (0,http_answer/* member */.Dc)(given, 'lease_duration');
    const expiresAt = typeof seconds === 'number' && seconds > 0 ? (0,http_answer/* timeOf */.nR)(tools.now() / 1000 + seconds) : undefined;
    // Vault's policy `default` allows it, and the last of a limited number of uses ends the token. A refusal then tells that it is gone.
    const mayRevokeItself = policies.includes('default') || (0,http_answer/* member */.Dc)(given, 'num_uses') !== 0;
    const revocable = (token) => ({
        issuer: 'vault',
        token,
        apiUrl: api,
        ...(expiresAt && { ends: expiresAt }),
        extra: { namespace, mayRevokeItself: String(mayRevokeItself), ...(0,inputs_headers/* stateOf */.L4)(headers) },
    });
    const isBatch = (0,http_answer/* member */.Dc)(given, 'token_type') === 'batch';
    const revoke = (core) => {
        tools.revokeAtEnd(revocable(core));
    };
    const client = (0,http_answer/* member */.Dc)(given, 'client_token');
    const token = (0,credential/* credential */.e)(client, 'client token', vault_server/* SERVICE */.YV, tools.mask, isBatch ? undefined : revoke);
    return { token, policies, expiresAt, revocable: isBatch ? undefined : revocable(token) };
}
/** What a summary adds about a token that cannot be revoked; empty for another. */
function aboutBatch({ revocable, expiresAt }) {
    if (revocable !== undefined)
        return '';
    const ends = expiresAt === undefined ? revoker.NEVER : `at ${expiresAt.toISOString()}`;
    return ` The Vault token is a batch token, which cannot be revoked; it ends ${ends}.`;
}


/***/ }),

/***/ 7240: // ./src/vault/revoker.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   NEVER: () => (/* binding */ NEVER),
/* harmony export */   vault: () => (/* binding */ vault)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);
/* harmony import */ var _inputs_headers_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6427);
/* harmony import */ var _answer_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9772);
/* harmony import */ var _server_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(3153);




/** When a token without an expiry ends, in words. */
const NEVER = 'only when somebody revokes it';
/**
 * Revokes a token of Vault or OpenBao, and with it every lease that it made: `POST /v1/auth/token/revoke-self` (Vault API,
 * "Token auth method"). A token that has ended is refused with 403, as is one whose policies do not allow this; of the
 * former newer versions say `invalid token`.
 */
const vault = {
    name: 'The Vault token',
    endsByDefault: NEVER,
    revoke: (client, { token, apiUrl, extra = {} }, { mask }) => {
        const gateway = (0,_inputs_headers_js__WEBPACK_IMPORTED_MODULE_1__/* .savedHeaders */ .cy)(extra, mask);
        const server = { api: apiUrl, namespace: extra['namespace'] ?? '' };
        const url = (0,_server_js__WEBPACK_IMPORTED_MODULE_3__/* .urlOf */ .rs)(server, 'auth/token/revoke-self');
        return client.send({
            service: _server_js__WEBPACK_IMPORTED_MODULE_3__/* .SERVICE */ .YV,
            method: 'POST',
            url,
            gateway,
            attemptMs: 5_000,
            prepare: () => ({ headers: (0,_server_js__WEBPACK_IMPORTED_MODULE_3__/* .headersOf */ .Yl)(server, token) }),
            readRefusal: (answer) => {
                const reason = (0,_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .reasonOf */ .A3)(answer);
                // A 403 without Vault's own words is that of somebody before it.
                const isVaults = answer.status === 403 && reason !== '';
                const isGone = extra['mayRevokeItself'] === 'true' || /\b(?:invalid|bad) token\b/.test(reason);
                return isVaults && isGone ? 'gone' : undefined;
            },
            refusal: (answer) => (0,_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .vaultRefusal */ .Hp)(answer, () => (answer.status === 403 ? { hint: ALLOW } : {})),
            read: (answer) => {
                (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .expectNoContent */ .I1)(answer, _server_js__WEBPACK_IMPORTED_MODULE_3__/* .SERVICE */ .YV, url, `${apiUrl} is Vault's API`);
                return 'revoked';
            },
        });
    },
};
const ALLOW = 'A policy of the role must contain: path "auth/token/revoke-self" { capabilities = ["update"] }.';


/***/ }),

/***/ 3153: // ./src/vault/server.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G7: () => (/* binding */ readPath),
/* harmony export */   Wb: () => (/* binding */ readServer),
/* harmony export */   YV: () => (/* binding */ SERVICE),
/* harmony export */   Yl: () => (/* binding */ headersOf),
/* harmony export */   rs: () => (/* binding */ urlOf)
/* harmony export */ });
/** How a sentence names the server: OpenBao speaks the same protocol. */
const SERVICE = 'Vault';
const URL_EXAMPLE = 'https://vault.example.com:8200';
/** Parts between slashes, none of them empty, `.` or `..`. */
const PATH = /^(?:(?!\.{1,2}(?:\/|$))[^/\p{Cc}]+(?:\/|$))+(?<!\/)$/u;
const LINE = /^\P{Cc}+$/u;
const NAMESPACE = /^[\x21-\x7e]+$/;
/** Reads the inputs `url`, `namespace`, `audience`, `auth-path`, `role` and `headers`. */
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
        headers: inputs.headers(),
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


/***/ })

};
