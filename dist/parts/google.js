export const id = 'google';
export const ids = ['google'];
export const modules = {

/***/ 454: // ./src/exchanges/database/google-cloud-sql.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   googleCloudSql: () => (/* binding */ googleCloudSql)
/* harmony export */ });
/* harmony import */ var _google_federation_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8166);
/* harmony import */ var _google_settings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1438);


/** All that the token may be used for: to log in to a database. */
const SCOPE = 'https://www.googleapis.com/auth/sqlservice.login';
/** A password for a Cloud SQL database: an access token of a service account (Google, "Cloud SQL IAM database authentication"). */
const googleCloudSql = {
    settings: (inputs, environment) => ({
        federation: (0,_google_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .readFederation */ .Q$)(inputs, environment),
        serviceAccount: (0,_google_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .readServiceAccount */ .Zf)(inputs, true),
    }),
    exchange: async ({ federation, serviceAccount }, tools) => {
        const { token, expiresAt } = await (0,_google_federation_js__WEBPACK_IMPORTED_MODULE_0__/* .serviceAccountToken */ .ew)(federation, serviceAccount, SCOPE, tools);
        return {
            secrets: [token],
            outputs: { token, username: serviceAccount },
            summary: `Database password for "${serviceAccount}"${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
            ...(expiresAt && { expiresAt }),
        };
    },
};


/***/ }),

/***/ 2999: // ./src/exchanges/secret/google-secret-manager.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   googleSecretManager: () => (/* binding */ googleSecretManager)
/* harmony export */ });
/* harmony import */ var _google_federation_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8166);
/* harmony import */ var _google_refusal_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8895);
/* harmony import */ var _google_settings_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(1438);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9856);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(8992);
/* harmony import */ var _payload_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(473);
/* harmony import */ var _reading_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(7557);
/* harmony import */ var _references_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(9021);








const SERVICE = 'Google Secret Manager';
const EXAMPLE = 'projects/my-project/secrets/database-password';
/** A secret, regional or not, with or without a version: a number, an alias or `latest`. */
const SECRET = /^(?<secret>projects\/[a-z\d](?:[a-z\d.:-]*[a-z\d])?(?:\/locations\/(?<location>[a-z\d-]+))?\/secrets\/[\w-]{1,255})(?:\/versions\/(?<version>[\w-]{1,63}))?$/;
/** Secrets of Google Secret Manager: `GET …/versions/{version}:access` ("Secret Manager API"). */
const googleSecretManager = {
    settings: async (inputs, environment) => {
        return {
            federation: (0,_google_settings_js__WEBPACK_IMPORTED_MODULE_6__/* .readFederation */ .Q$)(inputs, environment),
            serviceAccount: (0,_google_settings_js__WEBPACK_IMPORTED_MODULE_6__/* .readServiceAccount */ .Zf)(inputs, false),
            wanted: await (0,_references_js__WEBPACK_IMPORTED_MODULE_5__/* .readReferences */ .P)(inputs, {
                input: 'secret',
                example: EXAMPLE,
                key: 'password',
                read: (label, text) => readVersion(inputs, environment, label, text),
            }),
        };
    },
    exchange: (settings, tools) => {
        const { federation, serviceAccount, wanted } = settings;
        const login = serviceAccount === ''
            ? (0,_google_federation_js__WEBPACK_IMPORTED_MODULE_0__/* .federatedToken */ .uA)(federation, tools)
            : (0,_google_federation_js__WEBPACK_IMPORTED_MODULE_0__/* .serviceAccountToken */ .ew)(federation, serviceAccount, _google_federation_js__WEBPACK_IMPORTED_MODULE_0__/* .CLOUD_PLATFORM */ .Mv, tools);
        return (0,_reading_js__WEBPACK_IMPORTED_MODULE_4__/* .readSecrets */ .q)(wanted, login, {
            id: ({ url }) => url.href,
            read: (version) => read(settings, version, login, tools),
        });
    },
};
function readVersion(inputs, environment, label, text) {
    const name = inputs.matching(label, text, SECRET, 'must be the full name of a secret, with or without a version', EXAMPLE);
    const { secret = '', location, version = 'latest' } = SECRET.exec(name)?.groups ?? {};
    const host = location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`;
    const api = (0,_google_settings_js__WEBPACK_IMPORTED_MODULE_6__/* .googleEndpoint */ .lX)(inputs, environment, 'secretmanager', host);
    return { secret, version, url: new URL(`${api}/${secret}/versions/${version}:access`) };
}
function read(settings, { secret, version, url }, login, tools) {
    const name = (0,_text_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .TL)(`${secret}/versions/${version}`);
    return tools.send({
        service: SERVICE,
        method: 'GET',
        url,
        prepare: async () => ({ headers: { authorization: `Bearer ${(await login).token}`, accept: 'application/json' } }),
        refusal: (answer) => ({
            ...refusal(answer, settings, secret, tools.environment),
            ...((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(answer.json, 'error', 'status') === 'NOT_FOUND' && { missing: name }),
        }),
        read: (answer) => ({ name, text: (0,_payload_js__WEBPACK_IMPORTED_MODULE_3__/* .secretPayload */ .N)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .jsonObject */ .o$)(answer, SERVICE, url), SERVICE, name) }),
    });
}
function refusal(answer, { federation, serviceAccount }, secret, environment) {
    // An IAM policy takes no unique id.
    const account = serviceAccount.includes('@') ? `"serviceAccount:${serviceAccount}"` : 'that service account';
    const direct = serviceAccount === '';
    const grantee = direct ? (0,_text_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .TL)((0,_google_refusal_js__WEBPACK_IMPORTED_MODULE_1__/* .principalSet */ .Hk)(federation, environment)) : account;
    return (0,_google_refusal_js__WEBPACK_IMPORTED_MODULE_1__/* .googleRefusal */ .yD)(answer, {
        FAILED_PRECONDITION: `That version cannot be read: it may be disabled or destroyed. Enable it, or use another one: "${secret}/versions/NUMBER".`,
        PERMISSION_DENIED: `Grant roles/secretmanager.secretAccessor on "${secret}" to ${grantee}, and check that the secret exists.${direct ? ` ${_google_refusal_js__WEBPACK_IMPORTED_MODULE_1__/* .MAPPING */ .xu}` : ''} A new grant takes a few minutes to work.`,
        NOT_FOUND: `There is no such version: check \`secret\`, and that the secret has a version. A regional secret has its location in its name: projects/PROJECT/locations/LOCATION/secrets/NAME.`,
    });
}


/***/ }),

/***/ 473: // ./src/exchanges/secret/payload.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ secretPayload)
/* harmony export */ });
/* unused harmony export crc32c */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);


/**
 * The secret in `{"payload": {"data": "<base64>", "dataCrc32c"?: "<decimal>"}}`, the answer of Google Secret Manager's
 * `versions.access`: base64 of RFC 4648 section 4, with padding and without line breaks; the checksum is compared where it
 * is sent.
 *
 * @param json the whole answer
 * @param service who sent it, as a sentence names it
 * @param name how the log names the secret, in quotes
 * @throws ActionError `UNUSABLE_ANSWER`; `UNUSABLE_SECRET` if the secret is not text (UTF-8)
 */
function secretPayload(json, service, name) {
    const data = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'payload', 'data');
    const unusable = (what, hint) => new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `The payload.data in the answer of ${service} ${what}.`, { hint });
    if (typeof data !== 'string') {
        throw unusable(data === undefined ? 'is missing' : 'is not text', 'The answer must be {"payload": {"data": "<the secret in base64>"}}.');
    }
    const bytes = Buffer.from(data, 'base64');
    // Decoding skips what is no base64; encoding again shows whether there was any.
    if (bytes.toString('base64') !== data) {
        throw unusable('is not base64', 'The server must encode the secret as standard base64 (+ and /), with padding and without line breaks.');
    }
    const checksum = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'payload', 'dataCrc32c');
    const right = crc32c(bytes);
    if (checksum !== undefined && checksum !== String(right) && checksum !== right) {
        throw unusable('does not match its checksum', 'It was damaged in transit: run the job again.');
    }
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    catch (cause) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} is binary: it is not UTF-8 text.`, {
            cause,
            hint: 'An output is text: store the secret in base64, and decode it in the step that uses it.',
        });
    }
}
/** The CRC-32C checksum (Castagnoli; RFC 3720 appendix B.4) as an unsigned number. */
function crc32c(bytes) {
    let crc = -1;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++)
            crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc >>> 0;
}


/***/ }),

/***/ 8166: // ./src/google/federation.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Mv: () => (/* binding */ CLOUD_PLATFORM),
/* harmony export */   ew: () => (/* binding */ serviceAccountToken),
/* harmony export */   uA: () => (/* binding */ federatedToken)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);
/* harmony import */ var _http_call_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2006);
/* harmony import */ var _identity_credential_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8585);
/* harmony import */ var _refusal_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8895);
/* harmony import */ var _settings_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(1438);





/** The scope for everything: what a token may do is then decided by IAM alone. */
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
const STS = 'Google STS';
const IAM_CREDENTIALS = 'Google IAM credentials';
/**
 * Trades an ID token for a federated access token: `POST https://sts.googleapis.com/v1/token` (RFC 8693; Google
 * "Security Token Service API"). It represents the job itself, in the form `principal://iam.googleapis.com/…`.
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
function federatedToken(federation, tools) {
    const { provider, audience, sts } = federation;
    return tools.send({
        service: STS,
        method: 'POST',
        url: sts,
        audience,
        grantEnds: 'within the hour',
        prepare: async () => (0,_http_call_js__WEBPACK_IMPORTED_MODULE_3__/* .formMessage */ .u)({
            grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
            audience: `${_settings_js__WEBPACK_IMPORTED_MODULE_4__/* .IAM */ .mP}${provider}`,
            scope: CLOUD_PLATFORM,
            requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            subject_token: await tools.idToken(audience),
            subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        }),
        refusal: (answer) => (0,_refusal_js__WEBPACK_IMPORTED_MODULE_2__/* .stsRefusal */ .bL)(answer, federation),
        read: (answer) => ({
            token: (0,_identity_credential_js__WEBPACK_IMPORTED_MODULE_1__/* .credential */ .e)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .jsonObject */ .o$)(answer, STS, sts)['access_token'], 'access token', STS, tools.mask),
        }),
    });
}
/**
 * An access token of a service account, for an hour: `generateAccessToken` of the "IAM Service Account Credentials API",
 * asked with a federated token.
 *
 * @throws ActionError of {@link federatedToken} and {@link Tools.send}
 */
function serviceAccountToken(federation, serviceAccount, scope, tools) {
    const { iamCredentials } = federation;
    const url = new URL(`${iamCredentials}/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`);
    let federated;
    return tools.send({
        service: IAM_CREDENTIALS,
        method: 'POST',
        url,
        grantEnds: 'within the hour',
        prepare: async () => {
            federated ??= federatedToken(federation, tools);
            return {
                headers: {
                    authorization: `Bearer ${(await federated).token}`,
                    'content-type': 'application/json',
                    accept: 'application/json',
                },
                body: JSON.stringify({ scope: [scope] }),
            };
        },
        refusal: (answer) => (0,_refusal_js__WEBPACK_IMPORTED_MODULE_2__/* .iamRefusal */ .k6)(answer, federation, serviceAccount, tools.environment),
        read: (answer) => {
            const body = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .jsonObject */ .o$)(answer, IAM_CREDENTIALS, url);
            const token = (0,_identity_credential_js__WEBPACK_IMPORTED_MODULE_1__/* .credential */ .e)(body['accessToken'], 'access token', IAM_CREDENTIALS, tools.mask);
            const expiresAt = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .timeOf */ .nR)(body['expireTime']);
            return { token, ...(expiresAt && { expiresAt }) };
        },
    });
}


/***/ }),

/***/ 8895: // ./src/google/refusal.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Hk: () => (/* binding */ principalSet),
/* harmony export */   bL: () => (/* binding */ stsRefusal),
/* harmony export */   k6: () => (/* binding */ iamRefusal),
/* harmony export */   xu: () => (/* binding */ MAPPING),
/* harmony export */   yD: () => (/* binding */ googleRefusal)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);
/* harmony import */ var _identity_claims_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2437);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8992);
/* harmony import */ var _settings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1438);




/**
 * What a Google API means by an answer that is not 2xx: `google.rpc.Status` (Google API design guide, AIP-193). It has no
 * reason where the answer is not of that form.
 */
function googleRefusal(answer, hints = {}) {
    const error = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(answer.json, 'error');
    const status = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(error, 'status'));
    if (status === '')
        return {};
    const message = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(error, 'message'));
    const details = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(error, 'details');
    const reasons = Array.isArray(details) ? details.map((detail) => (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(detail, 'reason')) : [];
    // Billing, a project that is not there and the like are refused with the same status, and no role helps.
    const isOther = reasons.some((reason) => reason !== undefined && reason !== 'IAM_PERMISSION_DENIED');
    const hint = reasons.includes('SERVICE_DISABLED')
        ? 'Enable that API in the Google Cloud project (gcloud services enable), and wait a few minutes.'
        : reasons.includes('SECURITY_POLICY_VIOLATED') || PERIMETER.test(message)
            ? 'A perimeter of VPC Service Controls blocks this request, whatever roles are granted: its administrators must add an ingress rule that allows it. The unique identifier in the message leads them to the request.'
            : status === 'PERMISSION_DENIED' && isOther
                ? undefined
                : hints[status];
    return {
        reason: [status, message].filter((text) => text !== '').join(': '),
        ...(hint !== undefined && { explain: () => ({ hint }) }),
    };
}
/** What VPC Service Controls say ("Troubleshoot common issues" in their documentation). */
const PERIMETER = /^Request is prohibited by organization's policy/;
/** Google could not fetch the keys of GitHub's issuer: transient, though it says 400. */
const KEYS_TROUBLE = /^Error connecting to /i;
/** What Google STS means by an answer that is not 2xx: an OAuth error (RFC 6749 section 5.2), or that of any Google API. */
function stsRefusal(answer, federation) {
    const code = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(answer.json, 'error'));
    if (!/^[a-z]+(?:_[a-z]+)*$/.test(code))
        return googleRefusal(answer);
    const description = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(answer.json, 'error_description'));
    return {
        reason: description === '' ? code : `${code}: ${description}`,
        ...(KEYS_TROUBLE.test(description) && { retry: { times: 2 } }),
        explain: (claims) => explainSts(federation, code, description, claims),
    };
}
/** What Google means by an answer that is not 2xx to a job that wants a token of a service account. */
function iamRefusal(answer, federation, serviceAccount, environment) {
    const hint = `Grant roles/iam.workloadIdentityUser on the service account "${serviceAccount}" to "${principalSet(federation, environment)}", and check that the account exists. ${MAPPING} A new grant takes up to 5 minutes to work.`;
    return googleRefusal(answer, { PERMISSION_DENIED: hint, NOT_FOUND: hint });
}
/** Without this mapping a principalSet by the id of the repository has no members (Google Cloud, "Workload Identity Federation"). */
const MAPPING = 'The provider must map `attribute.repository_id=assertion.repository_id`.';
/** The jobs of this repository, as members of an IAM policy. */
function principalSet({ provider }, environment) {
    const pool = provider.replace(/\/providers\/.*$/, '');
    return `principalSet:${_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .IAM */ .mP}${pool}/attribute.repository_id/${environment['GITHUB_REPOSITORY_ID'] ?? 'ID'}`;
}
/** What a person can do, by the code of STS and, where that says several things, by its words. */
function explainSts(federation, code, description, claims) {
    const { provider, audience } = federation;
    const issuer = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'iss');
    const subject = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'sub');
    const settings = suggestSettings(provider, audience, claims);
    if (KEYS_TROUBLE.test(description)) {
        return {
            hint: `Google could not fetch the keys of GitHub's ID tokens: ${issuer ?? 'their issuer'} must be reachable from the internet.`,
        };
    }
    if (/\bis stale\b/.test(description)) {
        return { hint: 'Google considered the ID token too old, although it was new: run the job again.' };
    }
    // Google names the attribute: too long, of another type, or without a value.
    if (/mapped attribute|obtain a value for/i.test(description)) {
        return {
            hint: `Correct the attribute mapping of the provider "${provider}": each attribute must become text of at most 127 bytes, such as google.subject=assertion.sub. A condition does not belong in a mapping.`,
            ...settings,
        };
    }
    switch (code) {
        case 'invalid_grant':
            return {
                hint: `Google does not accept the ID token. Its audience was "${audience}": the provider must list it among its allowed audiences; a provider without a list accepts "https:${_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .IAM */ .mP}${provider}". Its issuer was ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(issuer) ?? 'that of GitHub'}: the provider must have the same issuer.`,
                ...settings,
            };
        case 'unauthorized_client':
            return {
                hint: `The attribute condition of the provider does not accept this job. The subject (sub) of the ID token was ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .TL)(subject) ?? 'another one'}.${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .aboutForm */ .A1)(subject, { byName: 'a condition on repo:owner/repository:…' })}`,
                ...settings,
            };
        case 'invalid_target':
            return {
                hint: `Check \`${_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .PROVIDER_INPUT */ .Po}\`: this pool or provider does not exist, is disabled or was deleted: "${provider}". A new one takes up to 5 minutes to work.`,
            };
        default:
            return {};
    }
}
/** The settings of a provider that accept this run and no other, as `gcloud … providers describe` prints them. */
function suggestSettings(provider, audience, claims) {
    const issuer = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'iss');
    const subject = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'sub');
    const repositoryId = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'repository_id');
    if (issuer === undefined || subject === undefined || repositoryId === undefined)
        return {};
    const passing = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .aboutPassing */ .PR)(subject);
    if (passing !== undefined)
        return { advice: passing };
    // On two lines, so that the subject stays within the box of the job summary.
    const condition = [
        `  assertion.repository_id == ${JSON.stringify(repositoryId)} &&`,
        `  assertion.sub == ${JSON.stringify(subject)}`,
    ];
    return {
        advice: 'These settings of the provider accept this run:',
        paste: [
            {
                language: 'yaml',
                content: [
                    `# ${provider}`,
                    'attributeCondition: >-',
                    ...condition,
                    'attributeMapping:',
                    '  attribute.repository_id: assertion.repository_id',
                    '  google.subject: assertion.sub',
                    'oidc:',
                    ...(audience === `https:${_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .IAM */ .mP}${provider}` ? [] : ['  allowedAudiences:', `    - ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .yamlText */ .pS)(audience)}`]),
                    `  issuerUri: ${(0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .yamlText */ .pS)(issuer)}`,
                ].join('\n'),
            },
        ],
    };
}


/***/ }),

/***/ 1438: // ./src/google/settings.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Po: () => (/* binding */ PROVIDER_INPUT),
/* harmony export */   Q$: () => (/* binding */ readFederation),
/* harmony export */   Zf: () => (/* binding */ readServiceAccount),
/* harmony export */   lX: () => (/* binding */ googleEndpoint),
/* harmony export */   mP: () => (/* binding */ IAM)
/* harmony export */ });
/** What the names of IAM begin with. */
const IAM = '//iam.googleapis.com/';
const PROVIDER_INPUT = 'workload-identity-provider';
const PROVIDER_EXAMPLE = 'projects/123456789012/locations/global/workloadIdentityPools/github/providers/octo-org';
const PROVIDER = /^projects\/(?<project>[^/\s]+)\/locations\/global\/workloadIdentityPools\/(?<pool>[^/\s]+)\/providers\/(?<name>[^/\s]+)$/;
/** Of pools and providers (IAM API, `workloadIdentityPools.create`). */
const ID = /^[a-z\d-]{4,32}$/;
/** With dots before the `@` where App Engine runs in a project of a domain: `my-app.example.com@appspot.gserviceaccount.com`. */
const SERVICE_ACCOUNT = /^[a-z\d][a-z\d.-]*@[a-z\d.-]+\.gserviceaccount\.com$/;
const SERVICE_ACCOUNT_EXAMPLE = 'database@my-project.iam.gserviceaccount.com';
const UNIQUE_ID = /^\d{1,30}$/;
/** Reads `workload-identity-provider` and `audience`. */
function readFederation(inputs, environment) {
    const given = inputs.required(PROVIDER_INPUT, PROVIDER_EXAMPLE);
    const provider = inputs.matching(PROVIDER_INPUT, given.replace(/^(?:https:)?\/\/iam\.googleapis\.com\//, ''), PROVIDER, 'must be the full name of a workload identity provider', PROVIDER_EXAMPLE);
    const { project = '', pool = '', name = '' } = PROVIDER.exec(provider)?.groups ?? {};
    const rule = (value, pattern, text) => {
        inputs.matching(PROVIDER_INPUT, value, pattern, text, PROVIDER_EXAMPLE);
    };
    rule(project, /^\d+$/, 'must contain the number of the project instead of its id');
    rule(pool, ID, 'must contain the id of a pool, 4 to 32 of a-z, 0-9 and -');
    rule(name, ID, 'must contain the id of a provider, 4 to 32 of a-z, 0-9 and -');
    return {
        provider,
        audience: inputs.line('audience') || `https:${IAM}${provider}`,
        sts: new URL(`${googleEndpoint(inputs, environment, 'sts', 'sts.googleapis.com')}/token`),
        iamCredentials: googleEndpoint(inputs, environment, 'iamcredentials', 'iamcredentials.googleapis.com'),
    };
}
/**
 * Reads `service-account`. A database user is named after the account's e-mail, which is then required; otherwise it may
 * be left out, and is empty then, or be the account's unique id.
 */
function readServiceAccount(inputs, isDatabaseUser) {
    const name = 'service-account';
    const given = isDatabaseUser ? inputs.required(name, SERVICE_ACCOUNT_EXAMPLE) : inputs.text(name);
    if (!isDatabaseUser && UNIQUE_ID.test(given))
        return given;
    const rule = `must be the e-mail of a service account, in lower case${isDatabaseUser ? '' : ', or its unique id'}`;
    return inputs.matching(name, given, SERVICE_ACCOUNT, rule, SERVICE_ACCOUNT_EXAMPLE);
}
/**
 * Base URL of a Google API, version 1, without a slash at the end. `GHA_ENDPOINT_OVERRIDE_<name>` replaces it, version
 * and all, as in Google's own actions (google-github-actions/auth, "universe").
 *
 * @param name as in the variable's name: `iamcredentials`
 */
function googleEndpoint(inputs, environment, name, host) {
    const variable = `GHA_ENDPOINT_OVERRIDE_${name}`;
    const usual = `https://${host}/v1`;
    return inputs.url(variable, environment[variable] || usual, usual).href.replace(/\/+$/, '');
}


/***/ })

};
