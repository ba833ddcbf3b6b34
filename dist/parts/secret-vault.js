export const id = 'secret-vault';
export const ids = ['secret-vault'];
export const modules = {

/***/ 5665: // ./src/exchanges/secret/grant.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ secretMember),
/* harmony export */   z: () => (/* binding */ secretGrant)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);

/** Masking fewer characters than this would black out whole logs. */
const SHORTEST = 4;
/**
 * A secret as a grant: output `secret`, each of its lines masked.
 *
 * Lines of fewer than four characters are refused unless `allowShort`, since masking one blacks out every log; lines of
 * mere punctuation, as in formatted JSON, are no secret and are left unmasked.
 *
 * @param name how the log names the secret
 * @throws ActionError `UNUSABLE_SECRET`
 */
function secretGrant(secret, name, allowShort) {
    const lines = secret
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
    if (lines.length === 0) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} is empty.`, {
            hint: 'Store a value in it, or name another one.',
        });
    }
    const masks = lines.length === 1 || allowShort ? lines : lines.filter((line) => !/^[^\p{L}\p{N}]{1,3}$/u.test(line));
    if (!allowShort && (masks.length === 0 || masks.some((line) => line.length < SHORTEST))) {
        const what = lines.length === 1 ? 'is' : 'has a line that is';
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} ${what} shorter than ${SHORTEST} characters.`, {
            hint: 'Masking it would black out unrelated text in every log of the job. Store a longer one, or give `allow-short: true`.',
        });
    }
    return { secrets: masks, outputs: { secret }, summary: `Secret ${name} read.` };
}
/**
 * One member of a secret that is a JSON object. Text as it is, anything else as JSON.
 *
 * @throws ActionError `UNUSABLE_SECRET`, which lists the names that there are, never a value
 */
function secretMember(object, key, name) {
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} is no JSON object, so it has no key ${key}.`, {
            hint: 'Leave `key` out to get the whole text.',
        });
    }
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (value === undefined || value === null) {
        const names = Object.keys(object).map((each) => (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .showable */ .of)(each, 60) ?? '?');
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} has no key ${key}.`, {
            hint: names.length === 0 ? 'It has no keys at all.' : `Its keys: ${names.slice(0, 50).join(', ')}.`,
        });
    }
    return typeof value === 'string'
        ? value
        : JSON.stringify(value, (_, each) => exact(each, key, name));
}
/** A whole number above 2^53 has lost digits when it was read: a wrong secret would be handed over in silence. */
function exact(value, key, name) {
    if (!Number.isInteger(value) || Number.isSafeInteger(value))
        return value;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The key ${key} of the secret ${name} holds a number that is too large to be read exactly.`, {
        hint: 'Store it as text, in quotes.',
    });
}


/***/ }),

/***/ 6535: // ./src/exchanges/secret/vault.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   vault: () => (/* binding */ vault)
/* harmony export */ });
/* harmony import */ var _identity_claims_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2437);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9856);
/* harmony import */ var _identity_credential_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8585);
/* harmony import */ var _grant_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(5665);





const SERVICE = 'Vault';
const URL_EXAMPLE = 'https://vault.example.com:8200';
/** Parts between slashes, none of them empty, `.` or `..`. */
const PATH = /^(?:(?!\.{1,2}(?:\/|$))[^/\p{Cc}]+(?:\/|$))+(?<!\/)$/u;
const LINE = /^\P{Cc}+$/u;
const NAMESPACE = /^[\x21-\x7e]+$/;
/** Vault may fetch the keys of GitHub's issuer first; cutting earlier would leave a token behind that nobody revokes. */
const LOGIN_MS = 30_000;
/** Trouble with the keys of the issuer on Vault's way to them: transient, though Vault says 400. */
const KEYS_TROUBLE = /^error (?:validating token|configuring token validator): .*(?:fetching keys|get keys failed|dial tcp|no such host|connection re|timeout|deadline exceeded|\bEOF\b|\b5\d\d )/i;
/** How much of an error's text is looked at, in characters: bounds the work that a hostile one makes. */
const MAX_TEXT = 2_000;
/** One key of a secret of a KV version 2 engine of HashiCorp Vault, read with a token that is revoked at once. */
const vault = {
    settings: (inputs) => {
        const url = inputs.url('url', inputs.required('url', URL_EXAMPLE), URL_EXAMPLE);
        const namespace = inputs.matching('namespace', inputs.text('namespace'), NAMESPACE, 'must be a namespace: its path from the root', 'team/project');
        return {
            api: `${url.href.replace(/\/+$/, '')}/v1`,
            headers: {
                accept: 'application/json',
                'x-vault-request': 'true',
                ...(namespace !== '' && { 'x-vault-namespace': namespace }),
            },
            audience: inputs.line('audience') || url.origin,
            authPath: path(inputs, 'auth-path', inputs.text('auth-path') || 'jwt', 'jwt'),
            role: line(inputs, 'role', 'deploy'),
            engine: path(inputs, 'engine', inputs.text('engine') || 'secret', 'secret'),
            path: path(inputs, 'path', inputs.required('path', 'team/database'), 'team/database'),
            key: line(inputs, 'key', 'DB_PASSWORD'),
            allowShort: inputs.boolean('allow-short'),
        };
    },
    exchange: async (settings, tools) => {
        const { key, engine, path, allowShort } = settings;
        tools.connectEarly(new URL(settings.api));
        const token = await login(settings, tools);
        const name = `${engine}/${path}`;
        const secret = (0,_grant_js__WEBPACK_IMPORTED_MODULE_4__/* .secretMember */ .l)(await read(settings, token, tools), key, name);
        return (0,_grant_js__WEBPACK_IMPORTED_MODULE_4__/* .secretGrant */ .z)(secret, `${key} of ${name}`, allowShort);
    },
    explain,
};
function path(inputs, name, value, example) {
    return inputs.matching(name, value, PATH, 'must be a path without a slash at its ends and without empty, . and .. parts', example);
}
function line(inputs, name, example) {
    return inputs.matching(name, inputs.required(name, example), LINE, 'must be one line', example);
}
/** A URL of the API. Each part of a path is encoded: what it holds is Vault's business. */
function urlOf(api, ...paths) {
    const parts = paths.flatMap((each) => each.split('/')).map(encodeURIComponent);
    return new URL(`${api}/${parts.join('/')}`);
}
/** `POST /v1/auth/{auth-path}/login` (Vault API, "JWT/OIDC auth method"). The token is revoked when the step ends. */
async function login(settings, tools) {
    const { api, headers, audience, authPath, role } = settings;
    const url = urlOf(api, 'auth', authPath, 'login');
    const auth = await tools.send({
        service: SERVICE,
        method: 'POST',
        url,
        audience,
        attemptMs: LOGIN_MS,
        prepare: async () => ({
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify({ role, jwt: await tools.idToken(audience) }),
        }),
        judge: (answer) => {
            const judgement = judge(answer);
            const hints = {
                403: `Vault says this where there is no auth method at ${authPath}, in another \`namespace\`, or where the role ${role} does not take logins from the address of this runner (token_bound_cidrs).`,
                404: `Check \`auth-path\` and \`namespace\`: Vault has no auth method at ${authPath}.`,
            };
            const hint = hints[answer.status];
            return {
                ...judgement,
                ...(answer.status === 400 && KEYS_TROUBLE.test(judgement.reason ?? '') && { again: 2 }),
                ...(hint !== undefined && { hint }),
            };
        },
        read: (answer) => {
            const given = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(unwrapped(answer, url), 'auth');
            if (isPresent((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(given, 'mfa_requirement'))) {
                throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) asks for a second factor.`, {
                    hint: `A job has none: exempt the auth method at ${authPath} from login MFA (sys/mfa/login-enforcement).`,
                });
            }
            return {
                token: (0,_identity_credential_js__WEBPACK_IMPORTED_MODULE_3__/* .credential */ .e)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(given, 'client_token'), 'client token', SERVICE, tools.conceal),
                isBatch: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(given, 'token_type') === 'batch',
                seconds: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(given, 'lease_duration'),
                // The policy `default` lets a token revoke itself. A 403 then tells that it is gone, as after its last use.
                refusalMeansGone: textsOf((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(given, 'policies')).includes('default') || (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(given, 'num_uses') !== 0,
            };
        },
    });
    // A batch token cannot be revoked: Vault keeps no list of them.
    if (!auth.isBatch)
        tools.takeBack(borrowed(settings, auth));
    return auth.token;
}
/** `POST /v1/auth/token/revoke-self` (Vault API, "Token auth method"). */
function borrowed({ api, headers }, auth) {
    const { token, seconds, refusalMeansGone } = auth;
    return {
        name: 'The Vault token',
        ends: typeof seconds === 'number' && seconds > 0 ? `after ${seconds} s` : 'only when somebody revokes it',
        revoke: async (client) => {
            try {
                await client.send({
                    service: SERVICE,
                    method: 'POST',
                    url: urlOf(api, 'auth/token/revoke-self'),
                    prepare: () => ({ headers: { ...headers, 'x-vault-token': token } }),
                    judge,
                    read: () => undefined,
                });
                return 'revoked';
            }
            catch (error) {
                const status = error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ ? error.refused?.status : undefined;
                if (status === 403 && refusalMeansGone)
                    return 'gone';
                throw error;
            }
        },
    };
}
/** `GET /v1/{engine}/data/{path}`: the data of the newest version (Vault API, "KV secrets engine - version 2"). */
function read(settings, token, tools) {
    const { api, headers, engine, path } = settings;
    const url = urlOf(api, engine, 'data', path);
    return tools.send({
        service: SERVICE,
        method: 'GET',
        url,
        prepare: () => ({ headers: { ...headers, 'x-vault-token': token } }),
        judge: (answer) => judgeRead(answer, settings),
        read: (answer) => {
            const body = unwrapped(answer, url);
            const data = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(body, 'data', 'data');
            if ((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(body, 'data', 'metadata') !== undefined && isPresent(data))
                return data;
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) answered without the data of a secret.`, {
                hint: `Check \`engine\`: ${engine} must be a KV engine of version 2.`,
            });
        },
    });
}
function judgeRead(answer, { engine, path, role }) {
    const judgement = judge(answer);
    const policy = `path ${JSON.stringify(`${engine}/data/${path}`)} { capabilities = ["read"] }`;
    if (answer.status === 403) {
        return {
            ...judgement,
            hint: `A policy of the role ${role} must have: ${policy}. Vault says the same where there is no engine at ${engine}.`,
        };
    }
    if (answer.status !== 404)
        return judgement;
    const metadata = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(answer.json, 'data', 'metadata');
    if (isPresent(metadata)) {
        const version = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(metadata, 'version');
        const isDestroyed = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(metadata, 'destroyed') === true;
        return {
            reason: `version ${typeof version === 'number' ? version : '?'} of ${engine}/${path} is ${isDestroyed ? 'destroyed' : 'deleted'}`,
            hint: isDestroyed
                ? 'Its data is gone for good: write a new version.'
                : 'Undelete it (vault kv undelete), or write a new version.',
        };
    }
    const [warning] = textsOf((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(answer.json, 'warnings'));
    if (warning !== undefined) {
        return {
            reason: warning,
            hint: `Check \`engine\` and \`path\`: \`engine\` must be exactly where the KV engine is mounted, here ${engine}, and \`path\` what follows, here ${path}, without data/.`,
        };
    }
    return {
        ...judgement,
        hint: judgement.reason === undefined
            ? `There is no secret at ${path} in ${engine}, and never was: check \`path\`, which goes without the name of the engine and without data/, and that ${engine} is a KV engine of version 2.`
            : `Check \`engine\` and \`namespace\`: Vault has no engine at ${engine}.`,
    };
}
/** What Vault means by an answer that is not 2xx, whatever was asked (Vault API, "HTTP status codes"). */
function judge(answer) {
    const texts = textsOf((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(answer.json, 'errors'))
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
/** @throws ActionError `UNUSABLE_ANSWER` where Vault wrapped the answer into a token */
function unwrapped(answer, url) {
    const body = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .jsonObject */ .o$)(answer, SERVICE, url);
    if (!isPresent(body['wrap_info']))
        return body;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) wrapped its answer instead of giving it.`, {
        hint: 'Nothing here asks for response wrapping: check what a proxy before Vault adds (X-Vault-Wrap-TTL).',
    });
}
function explain(settings, error, claims) {
    const { role, authPath, audience } = settings;
    if (error.code !== 'DENIED')
        return {};
    const reason = error.refused?.reason ?? '';
    const said = (words) => words.test(reason);
    const place = `the role ${role} (auth/${authPath}/role/${role})`;
    if (said(/no audiences bound to the role/)) {
        return {
            hint: `The audience of the ID token was ${audience}: list it as bound_audiences of ${place}, which has none.`,
            ...accepting(settings, claims),
        };
    }
    if (said(/\(aud\) claim|aud claim/)) {
        return {
            hint: `The audience of the ID token was ${audience}: add it to bound_audiences of ${place}, or give one that stands there as \`audience\`.`,
            ...accepting(settings, claims),
        };
    }
    if (said(/\(sub\) claim|sub claim/)) {
        return {
            hint: `The subject (sub) of the ID token was ${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .claimText */ .Q1)(claims, 'sub') ?? 'another one'}: change bound_subject of ${place}.${aboutForm(claims)}`,
            ...accepting(settings, claims),
        };
    }
    const claim = said(/^error validating claims:/) && /claim "([^"]{1,60})"/.exec(reason)?.[1];
    if (claim) {
        // Vault names the claim: only one that may be shown is.
        const value = _identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .SHOWN_CLAIMS */ .uZ.includes(claim) ? (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .claimText */ .Q1)(claims, claim) : undefined;
        return {
            hint: `${value === undefined ? 'Compare' : `The claim ${claim} of the ID token was ${value}: compare`} bound_claims of ${place} with the claims of the ID token.${claim === 'sub' ? aboutForm(claims) : ''}`,
            ...accepting(settings, claims),
        };
    }
    if (said(/^role .*could not be found/)) {
        return {
            hint: `Check \`role\`, \`auth-path\` and \`namespace\`: there is no role ${role} in the auth method at ${authPath}.`,
        };
    }
    if (said(/oidc role_type/)) {
        return { hint: `The role ${role} is for people in a browser: it must have role_type=jwt.` };
    }
    if (said(KEYS_TROUBLE)) {
        return {
            hint: `Vault could not fetch the keys of GitHub's ID tokens: its server needs a way to ${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .claimText */ .Q1)(claims, 'iss') ?? 'their issuer'}.`,
        };
    }
    if (said(/\((?:exp|nbf|iat)\) claim/)) {
        return { hint: 'The ID token was new: check the clock of the Vault server.' };
    }
    if (said(/^error (?:validating token|configuring token validator)|could not load configuration/)) {
        return {
            hint: `The issuer (iss) of the ID token was ${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .claimText */ .Q1)(claims, 'iss') ?? 'that of GitHub'}: auth/${authPath}/config must have it as oidc_discovery_url and bound_issuer.`,
        };
    }
    return {};
}
function aboutForm(claims) {
    return (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .isImmutable */ .t3)((0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .claimText */ .Q1)(claims, 'sub') ?? '')
        ? ' It has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.'
        : '';
}
/** The settings of a role that accept this run and no other, as `vault write` reads them. */
function accepting({ role, authPath, audience }, claims) {
    const subject = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .claimText */ .Q1)(claims, 'sub');
    const repositoryId = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .claimText */ .Q1)(claims, 'repository_id');
    if (subject === undefined || repositoryId === undefined)
        return {};
    return {
        advice: `With these settings the role accepts this run (vault write auth/${authPath}/role/${role} @role.json):`,
        paste: [
            {
                language: 'json',
                content: JSON.stringify({
                    bound_audiences: [audience],
                    bound_subject: subject,
                    bound_claims: { repository_id: repositoryId },
                }, undefined, 2),
            },
        ],
    };
}
function isPresent(value) {
    return value !== undefined && value !== null;
}
function textsOf(value) {
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}


/***/ })

};
