export const id = 'oauth-token';
export const ids = ['oauth-token'];
export const modules = {

/***/ 8767: // ./src/exchanges/oauth-token/client.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Fj: () => (/* binding */ secretsOf),
/* harmony export */   OJ: () => (/* binding */ readClient),
/* harmony export */   TA: () => (/* binding */ hasSecret),
/* harmony export */   mP: () => (/* binding */ AUTHENTICATIONS),
/* harmony export */   oX: () => (/* binding */ proofOf)
/* harmony export */ });
/** How a client proves who it is: RFC 6749 section 2.3.1, and RFC 7523 section 2.2 with the job's ID token as assertion. */
const AUTHENTICATIONS = ['none', 'client_secret_basic', 'client_secret_post', 'id-token'];
/** Whether a client authenticates with a secret. */
function hasSecret({ authentication }) {
    return authentication === 'client_secret_basic' || authentication === 'client_secret_post';
}
/**
 * Reads the inputs `client-id`, `client-secret` and `client-authentication`.
 *
 * @param usual how the client authenticates where neither a secret nor a way is given
 */
function readClient(inputs, usual) {
    const id = inputs.line('client-id');
    const secret = inputs.line('client-secret');
    const authentication = inputs.oneOf('client-authentication', AUTHENTICATIONS, usual === 'none' && secret !== '' ? 'client_secret_basic' : usual);
    if (secret !== '' && id === '') {
        inputs.lacking('client-id', 'is required with client-secret', 'my-client');
    }
    if (hasSecret({ authentication })) {
        const needs = `is required with client-authentication ${authentication}`;
        if (id === '' && secret === '')
            inputs.lacking('client-id', needs, 'my-client');
        if (secret === '')
            inputs.lacking('client-secret', needs, '${{ secrets.CLIENT_SECRET }}');
    }
    else if (secret !== '') {
        inputs.problem('client-secret', `is not used with client-authentication ${authentication}: leave it out`, 'client-authentication: client_secret_basic');
    }
    return { authentication, id, secret };
}
/**
 * What a client adds to a request to prove who it is.
 *
 * @param idToken gives an ID token that was not sent before
 */
async function proofOf(client, idToken) {
    const { authentication, id, secret } = client;
    const name = id === '' ? [] : [['client_id', id]];
    switch (authentication) {
        case 'none':
            return { headers: {}, fields: name };
        case 'client_secret_basic':
            return { headers: { authorization: `Basic ${basicOf(client)}` }, fields: [] };
        case 'client_secret_post':
            return { headers: {}, fields: [...name, ['client_secret', secret]] };
        case 'id-token':
            return {
                headers: {},
                fields: [
                    ...name,
                    ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
                    ['client_assertion', await idToken()],
                ],
            };
    }
}
/** Every form of the client's secret that a request holds; none if there is no secret. */
function secretsOf(client) {
    return hasSecret(client) ? [client.secret, formEncoded(client.secret), basicOf(client)] : [];
}
/** RFC 6749 section 2.3.1: id and secret are encoded like a form before they become a user name and a password. */
function basicOf({ id, secret }) {
    return Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64');
}
/** RFC 6749, appendix B. */
function formEncoded(text) {
    return new URLSearchParams({ '': text }).toString().slice(1);
}


/***/ }),

/***/ 7425: // ./src/exchanges/oauth-token/exchange.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  oauthToken: () => (/* binding */ oauthToken)
});

// EXTERNAL MODULE: ./src/http/call.ts
var call = __webpack_require__(2006);
// EXTERNAL MODULE: ./src/identity/claims.ts
var claims = __webpack_require__(2437);
// EXTERNAL MODULE: ./src/exchanges/oauth-token/client.ts
var oauth_token_client = __webpack_require__(8767);
// EXTERNAL MODULE: ./src/exchanges/oauth-token/grant.ts
var grant = __webpack_require__(940);
// EXTERNAL MODULE: ./src/exchanges/oauth-token/refusal.ts
var refusal = __webpack_require__(4718);
// EXTERNAL MODULE: ./src/inputs/inputs.ts
var inputs_inputs = __webpack_require__(8028);
;// CONCATENATED MODULE: ./src/exchanges/oauth-token/parameters.ts
/** RFC 6749, appendix A: the characters of a parameter's name. */
const LINE = /^([\w.-]+)=(.*)$/u;
/** Where the parameters that the step sets come from. */
const OWN = {
    grant_type: 'the input grant-type',
    subject_token: 'the job itself',
    subject_token_type: 'the input subject-token-type',
    requested_token_type: 'the input requested-token-type',
    assertion: 'the job itself',
    client_id: 'the input client-id',
    client_secret: 'the input client-secret',
    client_assertion: 'the job itself',
    client_assertion_type: 'the input client-authentication',
    scope: 'the input scope',
    resource: 'the input resource',
};
/** Reads the input `parameters`: lines of `name=value`, each name once (RFC 6749 section 3.2). Lines of `#` are comments. */
function readParameters(inputs) {
    const found = new Map();
    const example = 'connector_id=github';
    for (const each of inputs.text('parameters').split(/\r?\n/)) {
        const line = each.trim();
        if (line === '' || line.startsWith('#'))
            continue;
        const [, name, value = ''] = LINE.exec(line) ?? [];
        if (name === undefined) {
            inputs.problem('parameters', 'must be lines of name=value', example);
        }
        else if (Object.hasOwn(OWN, name)) {
            inputs.problem('parameters', `must not contain ${name}, which comes from ${OWN[name] ?? ''}`, example);
        }
        else if (found.has(name)) {
            inputs.problem('parameters', `must contain ${name} only once`, example);
        }
        else {
            found.set(name, value);
        }
    }
    return [...found];
}

;// CONCATENATED MODULE: ./src/exchanges/oauth-token/settings.ts



const URL_EXAMPLE = 'https://auth.example.com/oauth/token';
const PREFIX = 'urn:ietf:params:oauth:';
/** RFC 3986: an absolute URI; a fragment is none of it. */
const ABSOLUTE_URI = /^[a-z][a-z\d+.-]*:[^\s#]+$/i;
/** RFC 6749, appendix A.4. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
/** RFC 8693 section 3. */
const TOKEN_TYPES = ['access_token', 'refresh_token', 'id_token', 'saml1', 'saml2', 'jwt'];
/** The grants in which the ID token has a place, by their names in the input. */
const GRANTS = {
    /** RFC 8693 */
    'token-exchange': { type: `${PREFIX}grant-type:token-exchange`, idTokenField: 'subject_token' },
    /** RFC 7523 section 2.1 */
    'jwt-bearer': { type: `${PREFIX}grant-type:jwt-bearer`, idTokenField: 'assertion' },
    /** RFC 6749 section 4.4, with the ID token as the client's assertion: RFC 7523 section 2.2 */
    'client-credentials': { type: 'client_credentials', idTokenField: undefined },
};
/** Reads the inputs. */
function readSettings(inputs) {
    const url = inputs.url('token-url', inputs.required('token-url', URL_EXAMPLE), URL_EXAMPLE, { query: true });
    const grant = readGrant(inputs);
    const client = (0,oauth_token_client/* readClient */.OJ)(inputs, grant === 'client-credentials' ? 'id-token' : 'none');
    if (grant === 'client-credentials' && client.authentication !== 'id-token') {
        inputs.problem('client-authentication', 'must be id-token with grant-type client-credentials, which has no other place for the ID token', 'id-token');
    }
    const scopes = inputs.text('scope').replace(/\s+/g, ' ');
    const scope = inputs.matching('scope', scopes, SCOPE, 'must be scopes separated by spaces', 'read write');
    const resource = inputs.text('resource');
    const uri = 'must be an absolute URI without a fragment (#…)';
    const revocationUrl = inputs.text('revocation-url');
    return {
        url,
        grant,
        idTokenField: GRANTS[grant].idTokenField,
        audience: inputs.line('audience') || url.origin,
        client,
        scope,
        fields: [
            ['grant_type', GRANTS[grant].type],
            ...readTokenTypes(inputs, grant),
            ...given('scope', scope),
            ...given('resource', inputs.matching('resource', resource, ABSOLUTE_URI, uri, 'https://api.example.com/')),
            ...readParameters(inputs),
        ],
        headers: inputs.headers(),
        body: inputs.oneOf('body', ['form', 'json'], 'form'),
        revocationUrl: revocationUrl === ''
            ? undefined
            : inputs.url('revocation-url', revocationUrl, 'https://auth.example.com/oauth/revoke', { query: true }),
        outlivesJob: inputs.boolean('skip-token-revoke'),
    };
}
/** In short, or as the request has it. */
function readGrant(inputs) {
    const value = inputs.text('grant-type') || 'token-exchange';
    const names = Object.keys(GRANTS);
    const found = names.find((name) => name === value || GRANTS[name].type === value);
    if (found === undefined) {
        inputs.problem('grant-type', `must be one of ${names.join(', ')}${(0,inputs_inputs/* not */.A)(value)}`, 'token-exchange');
    }
    return found ?? 'token-exchange';
}
/** Only an exchange has them. */
function readTokenTypes(inputs, grant) {
    const subject = readTokenType(inputs, 'subject-token-type');
    const requested = readTokenType(inputs, 'requested-token-type');
    if (grant === 'token-exchange') {
        return [['subject_token_type', subject || `${PREFIX}token-type:jwt`], ...given('requested_token_type', requested)];
    }
    for (const [name, value] of [
        ['subject-token-type', subject],
        ['requested-token-type', requested],
    ]) {
        if (value === '')
            continue;
        inputs.problem(name, `is not used with grant-type ${grant}: leave it out`, 'grant-type: token-exchange');
    }
    return [];
}
/** @returns as the request has it; empty if it is not given */
function readTokenType(inputs, name) {
    const value = inputs.text(name);
    if (TOKEN_TYPES.includes(value))
        return `${PREFIX}token-type:${value}`;
    return inputs.matching(name, value, ABSOLUTE_URI, `must be one of ${TOKEN_TYPES.join(', ')}, or a URI`, 'id_token');
}
function given(name, value) {
    return value === '' ? [] : [[name, value]];
}

;// CONCATENATED MODULE: ./src/exchanges/oauth-token/exchange.ts






/** The server may fetch the keys of GitHub's issuer first; cutting earlier would leave a token behind that nobody revokes. */
const ATTEMPT_MS = 30_000;
/**
 * A token from any OAuth 2.0 token endpoint: token exchange (RFC 8693), or an assertion as the grant or of the client
 * (RFC 7523). Every attempt has an ID token of its own, since some servers take each only once.
 */
const oauthToken = {
    settings: readSettings,
    exchange: (settings, tools) => {
        const { url, audience, client, headers } = settings;
        for (const secret of (0,oauth_token_client/* secretsOf */.Fj)(client))
            tools.mask(secret);
        const attempt = { at: 0, claims: undefined };
        return tools.send({
            service: grant/* SERVICE */.YV,
            method: 'POST',
            url,
            audience,
            gateway: headers,
            attemptMs: ATTEMPT_MS,
            once: true,
            grantEnds: grant/* ENDS */.Br,
            prepare: () => messageOf(settings, tools, attempt),
            refusal: (answer) => (0,refusal/* refusal */.x)(answer, settings, attempt.claims),
            read: (answer) => (0,grant/* grantFrom */.Dh)(answer, settings, attempt.at, tools),
        });
    },
};
async function messageOf(settings, tools, attempt) {
    const { idTokenField, audience, client, fields, body } = settings;
    const idToken = async () => {
        const token = await tools.idToken(audience, { fresh: true });
        attempt.claims = (0,claims/* claimsOf */.ds)(token);
        return token;
    };
    const [proof, own] = await Promise.all([
        (0,oauth_token_client/* proofOf */.oX)(client, idToken),
        idTokenField === undefined ? [] : idToken().then((token) => [[idTokenField, token]]),
    ]);
    const all = [...fields, ...proof.fields, ...own];
    attempt.at = tools.now();
    if (body === 'form')
        return (0,call/* formMessage */.u)(all, proof.headers);
    const headers = { accept: 'application/json', 'content-type': 'application/json', ...proof.headers };
    return { headers, body: JSON.stringify(Object.fromEntries(all)) };
}


/***/ }),

/***/ 940: // ./src/exchanges/oauth-token/grant.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Br: () => (/* binding */ ENDS),
/* harmony export */   Dh: () => (/* binding */ grantFrom),
/* harmony export */   YV: () => (/* binding */ SERVICE)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);
/* harmony import */ var _identity_credential_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8585);
/* harmony import */ var _inputs_headers_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6427);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8992);




const SERVICE = 'the token endpoint';
/** When a token without an expiry ends, in words. */
const ENDS = 'when its server says so';
/** Token types that have a spelling of their own; any other is a name or a URI (RFC 6749, appendix A.13). */
const TOKEN_TYPES = ['Bearer', 'N_A'];
/** Members of an answer, besides the token, with which somebody could get a token or impersonate the job. */
const MORE_SECRETS = ['refresh_token', 'id_token'];
/**
 * The grant in a successful answer: RFC 6749 section 5.1, RFC 8693 section 2.2.1.
 *
 * @param sentAt when it was asked for, in ms since the epoch
 * @throws ActionError `UNUSABLE_ANSWER`
 */
function grantFrom(answer, settings, sentAt, tools) {
    const { url, scope: asked, outlivesJob } = settings;
    const json = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .jsonObject */ .o$)(answer, SERVICE, url);
    const more = MORE_SECRETS.map((name) => json[name]).filter(isSecret);
    for (const secret of more)
        tools.mask(secret);
    const refreshToken = isSecret(json['refresh_token']) ? json['refresh_token'] : undefined;
    const expiresAt = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .endOf */ .pJ)(json['expires_in'], sentAt);
    const revocable = revocableBy(settings, refreshToken, expiresAt);
    const token = (0,_identity_credential_js__WEBPACK_IMPORTED_MODULE_1__/* .credential */ .e)(json['access_token'], 'access token', SERVICE, tools.mask, revocable &&
        ((core) => {
            tools.revokeAtEnd(revocable(core));
        }));
    const type = nameOf(json['token_type']);
    const tokenType = TOKEN_TYPES.find((each) => each.toLowerCase() === type?.toLowerCase()) ?? type;
    // RFC 6749 section 5.1: the server may omit it if it equals the request.
    const scope = json['scope'] === undefined ? asked : scopeOf(json['scope']);
    const issuedType = nameOf(json['issued_token_type']);
    const mine = revocable?.(token);
    return {
        secrets: [token, ...more],
        outputs: {
            token,
            ...(scope && { scope }),
            ...(tokenType !== undefined && { 'token-type': tokenType }),
            ...(issuedType !== undefined && { 'issued-token-type': issuedType }),
        },
        summary: `Token from ${url.host}${scope ? ` for the scope ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(scope)}` : ''}${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
        ...(expiresAt && { expiresAt }),
        warnings: [
            ...lessThan(asked, scope),
            ...unknownType(tokenType),
            ...(refreshToken !== undefined && (mine === undefined || outlivesJob) ? [LEFT_ALIVE] : []),
        ],
        ...(mine && { revocable: mine, outlivesJob }),
    };
}
const LEFT_ALIVE = 'The server also issued a refresh token. Nobody gets it, but it stays valid: configure the server to issue none to this client.';
/** Makes a token one that the server can revoke, where it is known how. */
function revocableBy({ url, client, audience, headers, revocationUrl }, refreshToken, ends) {
    if (revocationUrl === undefined)
        return undefined;
    const extra = {
        authentication: client.authentication,
        clientId: client.id,
        audience,
        // They are for the origin of the token endpoint alone.
        ...(revocationUrl.origin === url.origin && (0,_inputs_headers_js__WEBPACK_IMPORTED_MODULE_2__/* .stateOf */ .L4)(headers)),
        ...(refreshToken !== undefined && { refreshToken }),
    };
    return (token) => ({ issuer: 'oauth', token, apiUrl: revocationUrl.href, ...(ends && { ends }), extra });
}
/** A name or a URI; anything else does not get into log and outputs. */
function nameOf(value) {
    return typeof value === 'string' && /^[\w.+:/?#&=%~@-]{1,300}$/.test(value) ? value : undefined;
}
function scopeOf(value) {
    return typeof value === 'string' && /^[\x20-\x7e]{0,2000}$/.test(value) ? value.trim() : undefined;
}
/** Whether a text is long enough to be masked, and short enough to be a token. */
function isSecret(value) {
    return typeof value === 'string' && /^[\x21-\x7e]{8,32768}$/.test(value);
}
function lessThan(asked, granted) {
    if (asked === '' || granted === undefined)
        return [];
    const all = granted.split(/ +/);
    const missing = asked.split(' ').filter((scope) => !all.includes(scope));
    return missing.length === 0
        ? []
        : [`The server granted less than requested: not the scope ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .few */ .H$)(missing.map(_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL))}.`];
}
/** RFC 6749 section 7.1: who does not know the type must not use the token. */
function unknownType(type) {
    if (type === undefined || TOKEN_TYPES.includes(type))
        return [];
    return [`The token is of the type ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(type)}, not Bearer: what uses it must know that type.`];
}


/***/ }),

/***/ 4718: // ./src/exchanges/oauth-token/refusal.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ oauthRefusal),
/* harmony export */   x: () => (/* binding */ refusal)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);
/* harmony import */ var _identity_claims_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2437);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8992);
/* harmony import */ var _client_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8767);




/**
 * What a token endpoint means by an answer that is not 2xx: RFC 6749 section 5.2, RFC 8693 section 2.2.2.
 *
 * @param sent the claims of the ID token that it got
 */
function refusal(answer, settings, sent) {
    const error = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(answer.json, 'error');
    return {
        ...oauthRefusal(answer, sent),
        // A code of RFC 6749 section 4.1.2.1, which Entra also uses here.
        ...(error === 'temporarily_unavailable' && { retry: 'until the deadline' }),
        explain: (claims) => explain(error, settings, claims),
    };
}
/** The words of any OAuth endpoint, and the id of the request. Without the claims that it repeats: the report shows them. */
function oauthRefusal(answer, sent) {
    const { json } = answer;
    const error = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'error');
    const words = typeof error === 'string'
        ? [error, (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'error_description')]
        : [(0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(error, 'message') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'message')];
    const reason = words
        .map((text) => (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)(text).slice(0, _http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .MAX_MESSAGE */ .h2))
        .filter((text) => text !== '')
        .join(': ');
    return { reason: (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_1__/* .withoutClaims */ .gm)(reason, sent), requestId: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'trace_id') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'x-request-id') };
}
/** What to check, by the error code. */
const HINTS = {
    invalid_client: explainClient,
    invalid_grant: ({ idToken }) => `The server does not accept the ID token. ${idToken}`,
    access_denied: ({ idToken }) => `No policy of the server lets this job in, or the server could not verify the ID token. ${idToken}`,
    invalid_request: ({ settings, idToken }) => `Compare \`parameters\` and the other inputs with what the server wants.${settings.grant === 'token-exchange' ? ` It can also mean that the server does not accept the ID token (RFC 8693). ${idToken}` : ''}`,
    request_not_supported: () => 'Set `subject-token-type` and `requested-token-type` to types that the server supports: Dex takes `id_token`.',
    unsupported_grant_type: ({ settings }) => `The server does not offer this grant at ${settings.url.origin}${settings.url.pathname}: check \`token-url\`, \`grant-type\` and \`body\`, and whether the grant is switched on in the server.`,
    unauthorized_client: ({ settings, client }) => `In the server, allow ${client} to use the grant ${settings.grant}.${(0,_client_js__WEBPACK_IMPORTED_MODULE_2__/* .hasSecret */ .TA)(settings.client) ? ' Also check `client-secret`: Keycloak says the same if that is wrong.' : ''}`,
    invalid_scope: ({ settings }) => settings.scope === ''
        ? 'The server wants a scope: set `scope`.'
        : `Check \`scope\`: the server does not know ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(settings.scope)}, or does not allow it here.`,
    invalid_target: () => 'Check `resource`, and `audience` in `parameters`: the server does not know this target, or does not allow it here.',
};
function explain(error, settings, claims) {
    const hint = typeof error === 'string' && Object.hasOwn(HINTS, error) ? HINTS[error] : undefined;
    if (hint === undefined)
        return {};
    const { id } = settings.client;
    return {
        hint: hint({
            settings,
            idToken: aboutIdToken(settings.audience, claims),
            client: id === '' ? 'the client' : `the client ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(id)}`,
        }),
    };
}
function explainClient({ settings, idToken, client }) {
    const { authentication, id } = settings.client;
    switch (authentication) {
        case 'id-token':
            return `The server does not accept the ID token as proof of ${client}. ${idToken}`;
        case 'none':
            return id === ''
                ? 'The server wants to know the client: set `client-id`, and what it authenticates with.'
                : `The server does not know ${client}, or wants it to authenticate: check \`client-id\`, and set \`client-secret\`, or \`client-authentication: id-token\`.`;
        case 'client_secret_basic':
        case 'client_secret_post': {
            const other = authentication === 'client_secret_basic' ? 'client_secret_post' : 'client_secret_basic';
            return `Check \`client-id\` and \`client-secret\`. If they are right, the server may want \`client-authentication: ${other}\`.`;
        }
    }
}
function aboutIdToken(audience, claims) {
    const subject = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_1__/* .claimText */ .Q1)(claims, 'sub');
    const said = claims === undefined
        ? `Its audience was ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(audience)}; its subject and issuer are not shown here.`
        : `Its audience was ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(audience)}, its subject (sub) ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(subject) ?? 'another'}, its issuer (iss) ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)((0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_1__/* .claimText */ .Q1)(claims, 'iss')) ?? 'another'}.`;
    return `${said} The server must trust exactly these.${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_1__/* .aboutForm */ .A1)(subject, { it: 'The subject' })}`;
}


/***/ }),

/***/ 5026: // ./src/exchanges/oauth-token/revoker.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   oauth: () => (/* binding */ oauth)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);
/* harmony import */ var _http_call_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(2006);
/* harmony import */ var _identity_claims_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(2437);
/* harmony import */ var _inputs_headers_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6427);
/* harmony import */ var _client_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(8767);
/* harmony import */ var _grant_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(940);
/* harmony import */ var _refusal_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(4718);








const SERVICE = 'the revocation endpoint';
/** How long one attempt may take, in ms. */
const ATTEMPT_MS = 5_000;
/**
 * Revokes a token as the client that got it: RFC 7009. A refresh token that came with it is revoked too. The client's
 * secret is in no state: it is read from the input again, and only sent where the input `revocation-url` says.
 */
const oauth = {
    name: 'The token',
    endsByDefault: _grant_js__WEBPACK_IMPORTED_MODULE_3__/* .ENDS */ .Br,
    revoke: async ({ send }, revocable, tools) => {
        const client = clientOf(revocable, tools);
        const { token, extra = {} } = revocable;
        const { refreshToken } = extra;
        if (refreshToken !== undefined)
            tools.mask(refreshToken);
        const gateway = (0,_inputs_headers_js__WEBPACK_IMPORTED_MODULE_2__/* .savedHeaders */ .cy)(extra, tools.mask);
        const all = [token, ...(refreshToken === undefined ? [] : [refreshToken])];
        // Each is waited for: one that fails must not end the other.
        const revoking = all.map((each) => revokeOne(each, client, revocable, gateway, { ...tools, send }));
        await Promise.allSettled(revoking);
        return (await Promise.all(revoking)).includes('revoked') ? 'revoked' : 'gone';
    },
};
/**
 * The client that the token was issued to.
 *
 * @throws ActionError `INVALID_INPUT` if the step did not get the inputs that the token was issued with
 */
function clientOf({ apiUrl, extra = {} }, tools) {
    const authentication = _client_js__WEBPACK_IMPORTED_MODULE_5__/* .AUTHENTICATIONS */ .mP.find((each) => each === extra['authentication']) ?? 'none';
    const client = { authentication, id: extra['clientId'] ?? '', secret: '' };
    if (!(0,_client_js__WEBPACK_IMPORTED_MODULE_5__/* .hasSecret */ .TA)(client))
        return client;
    const url = tools.input('revocation-url');
    const secret = tools.input('client-secret');
    // Another step could have named another URL in the state.
    if (secret === '' || !URL.canParse(url) || new URL(url).href !== apiUrl) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('INVALID_INPUT', 'The runner did not pass the inputs `revocation-url` and `client-secret` on as they were.', {
            hint: 'Composite actions that are called by others lose them (actions/runner#3514): use the step outside of those, or with `client-authentication: id-token`, which needs neither.',
        });
    }
    const found = { ...client, secret };
    for (const each of (0,_client_js__WEBPACK_IMPORTED_MODULE_5__/* .secretsOf */ .Fj)(found))
        tools.mask(each);
    return found;
}
function revokeOne(token, client, { apiUrl, extra = {} }, gateway, tools) {
    const url = new URL(apiUrl);
    let sent;
    return tools.send({
        service: SERVICE,
        method: 'POST',
        url,
        gateway,
        attemptMs: ATTEMPT_MS,
        once: true,
        prepare: async () => {
            const { headers, fields } = await (0,_client_js__WEBPACK_IMPORTED_MODULE_5__/* .proofOf */ .oX)(client, async () => {
                const idToken = await tools.idToken(extra['audience'] ?? url.origin, { fresh: true });
                sent = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_6__/* .claimsOf */ .ds)(idToken);
                return idToken;
            });
            return (0,_http_call_js__WEBPACK_IMPORTED_MODULE_7__/* .formMessage */ .u)([['token', token], ...fields], headers);
        },
        refusal: (answer) => ({ ...(0,_refusal_js__WEBPACK_IMPORTED_MODULE_4__/* .oauthRefusal */ .C)(answer, sent), explain: () => hintFor(answer) }),
        read: (answer) => outcomeOf(answer, url),
    });
}
/** RFC 7009 section 2.2: 200, whatever the body, also for a token that is not valid; Keycloak says so in the body. */
function outcomeOf(answer, url) {
    const isHtml = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .looksLikeHtml */ .te)(answer);
    if (answer.status !== 200 || isHtml) {
        const what = isHtml ? 'with a web page' : `${answer.status} instead of 200`;
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `The revocation endpoint (${url.host}) answered ${what}.`, {
            hint: 'Check `revocation-url`, and that no gateway or login page is in front of it.',
        });
    }
    return (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(answer.json, 'error') === undefined ? 'revoked' : 'gone';
}
function hintFor({ json }) {
    switch ((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'error')) {
        case 'invalid_client':
            return { hint: 'The client must be able to authenticate here as it does at `token-url`.' };
        case 'unsupported_token_type':
            return { hint: 'The server does not revoke tokens of this type: leave out `revocation-url`.' };
        default:
            return {};
    }
}


/***/ })

};
