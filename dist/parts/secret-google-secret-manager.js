export const id = 'secret-google-secret-manager';
export const ids = ['secret-google-secret-manager'];
export const modules = {

/***/ 2999: // ./src/exchanges/secret/google-secret-manager.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   googleSecretManager: () => (/* binding */ googleSecretManager)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _google_federation_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8166);
/* harmony import */ var _google_refusal_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8895);
/* harmony import */ var _google_settings_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(1438);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9856);





const SERVICE = 'Google Secret Manager';
const EXAMPLE = 'projects/my-project/secrets/database-password';
/** A secret, regional or not, with or without a version: a number, an alias or `latest`. */
const SECRET = /^(?<secret>projects\/[a-z\d](?:[a-z\d.:-]*[a-z\d])?(?:\/locations\/(?<location>[a-z\d-]+))?\/secrets\/[\w-]{1,255})(?:\/versions\/(?<version>[\w-]{1,63}))?$/;
/** Secrets of Google Secret Manager: `GET …/versions/{version}:access` ("Secret Manager API"). */
const googleSecretManager = {
    settings: async (inputs, environment) => {
        const library = await __webpack_require__.e('secrets').then(__webpack_require__.bind(__webpack_require__, 7953));
        return {
            library,
            federation: (0,_google_settings_js__WEBPACK_IMPORTED_MODULE_4__/* .readFederation */ .Q$)(inputs, environment),
            serviceAccount: (0,_google_settings_js__WEBPACK_IMPORTED_MODULE_4__/* .readServiceAccount */ .Zf)(inputs, false),
            wanted: await library.readReferences(inputs, {
                input: 'secret',
                example: EXAMPLE,
                key: 'password',
                read: (label, text) => readVersion(inputs, environment, label, text),
            }),
        };
    },
    exchange: async (settings, tools) => {
        const { library, federation, serviceAccount, wanted } = settings;
        tools.connectEarly(federation.sts);
        if (serviceAccount !== '')
            tools.connectEarly(new URL(federation.iamCredentials));
        for (const { url } of library.worthConnecting(wanted, (version) => version.url.href))
            tools.connectEarly(url);
        const federated = await (0,_google_federation_js__WEBPACK_IMPORTED_MODULE_1__/* .federatedToken */ .uA)(federation, tools);
        const token = serviceAccount === ''
            ? federated
            : (await (0,_google_federation_js__WEBPACK_IMPORTED_MODULE_1__/* .serviceAccountToken */ .ew)(federation, federated, serviceAccount, _google_federation_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUD_PLATFORM */ .Mv, tools)).token;
        return library.readWanted(wanted, {
            id: ({ url }) => url.href,
            read: (version) => read(settings, version, token, tools),
        });
    },
    explain: ({ federation }, error, claims) => (0,_google_refusal_js__WEBPACK_IMPORTED_MODULE_2__/* .explainSts */ .IP)(federation, error, claims),
};
function readVersion(inputs, environment, label, text) {
    const name = inputs.matching(label, text, SECRET, 'must be the full name of a secret, with or without a version', EXAMPLE);
    const { secret = '', location, version = 'latest' } = SECRET.exec(name)?.groups ?? {};
    const host = location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`;
    const api = (0,_google_settings_js__WEBPACK_IMPORTED_MODULE_4__/* .googleEndpoint */ .lX)(inputs, environment, 'secretmanager', host);
    return { secret, version, url: new URL(`${api}/${secret}/versions/${version}:access`) };
}
function read(settings, { secret, version, url }, token, tools) {
    const name = (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)(`${secret}/versions/${version}`);
    return tools.send({
        service: SERVICE,
        method: 'GET',
        url,
        prepare: () => ({ headers: { authorization: `Bearer ${token}`, accept: 'application/json' } }),
        judge: (answer) => judge(answer, settings, secret, tools),
        read: (answer) => ({
            name,
            text: settings.library.secretPayload((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .jsonObject */ .o$)(answer, SERVICE, url), SERVICE, name),
        }),
    });
}
function judge(answer, { federation, serviceAccount }, secret, tools) {
    const judgement = (0,_google_refusal_js__WEBPACK_IMPORTED_MODULE_2__/* .judgeGoogle */ .FV)(answer);
    // An IAM policy takes no unique id.
    const account = serviceAccount.includes('@') ? `"serviceAccount:${serviceAccount}"` : 'that service account';
    const member = serviceAccount === '' ? (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)((0,_google_federation_js__WEBPACK_IMPORTED_MODULE_1__/* .principalSet */ .Hk)(federation, tools.environment)) : account;
    const hints = {
        400: `That version cannot be read: it may be disabled or destroyed. Enable it, or use another one: "${secret}/versions/NUMBER".`,
        403: `Grant roles/secretmanager.secretAccessor on "${secret}" to ${member}, and check that the secret exists. A new grant takes a few minutes to work.`,
        404: `There is no such version: check \`secret\`, and that the secret has a version. A regional secret has its location in its name: projects/PROJECT/locations/LOCATION/secrets/NAME.`,
    };
    const hint = judgement.hint ?? hints[answer.status];
    return { ...judgement, ...(hint !== undefined && { hint }) };
}


/***/ }),

/***/ 8166: // ./src/google/federation.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Hk: () => (/* binding */ principalSet),
/* harmony export */   Mv: () => (/* binding */ CLOUD_PLATFORM),
/* harmony export */   ew: () => (/* binding */ serviceAccountToken),
/* harmony export */   uA: () => (/* binding */ federatedToken)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);
/* harmony import */ var _identity_credential_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8585);
/* harmony import */ var _refusal_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8895);
/* harmony import */ var _settings_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(1438);




/** The scope of everything; what a token may do is then up to IAM alone. */
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
const IAM_CREDENTIALS = 'Google IAM credentials';
/**
 * Trades an ID token for a federated access token: `POST https://sts.googleapis.com/v1/token` (RFC 8693; Google
 * "Security Token Service API"). It stands for the job itself, in the form `principal://iam.googleapis.com/…`.
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
function federatedToken({ provider, audience, sts }, tools) {
    return tools.send({
        service: _settings_js__WEBPACK_IMPORTED_MODULE_3__/* .STS */ .$E,
        method: 'POST',
        url: sts,
        audience,
        prepare: async () => ({
            headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
            body: new URLSearchParams({
                grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
                audience: `${_settings_js__WEBPACK_IMPORTED_MODULE_3__/* .IAM */ .mP}${provider}`,
                scope: CLOUD_PLATFORM,
                requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
                subject_token: await tools.idToken(audience),
                subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
            }).toString(),
        }),
        judge: _refusal_js__WEBPACK_IMPORTED_MODULE_2__/* .judgeSts */ .sT,
        read: (answer) => (0,_identity_credential_js__WEBPACK_IMPORTED_MODULE_1__/* .credential */ .e)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .jsonObject */ .o$)(answer, _settings_js__WEBPACK_IMPORTED_MODULE_3__/* .STS */ .$E, sts)['access_token'], 'access token', _settings_js__WEBPACK_IMPORTED_MODULE_3__/* .STS */ .$E, tools.conceal),
    });
}
/**
 * An access token of a service account, for an hour: `generateAccessToken` of the "IAM Service Account Credentials API".
 *
 * @param federated what {@link federatedToken} gave
 * @throws ActionError of {@link Tools.send}
 */
function serviceAccountToken(federation, federated, serviceAccount, scope, tools) {
    const { iamCredentials } = federation;
    const url = new URL(`${iamCredentials}/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`);
    return tools.send({
        service: IAM_CREDENTIALS,
        method: 'POST',
        url,
        prepare: () => ({
            headers: {
                authorization: `Bearer ${federated}`,
                'content-type': 'application/json',
                accept: 'application/json',
            },
            body: JSON.stringify({ scope: [scope] }),
        }),
        judge: (answer) => {
            const judgement = (0,_refusal_js__WEBPACK_IMPORTED_MODULE_2__/* .judgeGoogle */ .FV)(answer);
            if (answer.status !== 403 && answer.status !== 404)
                return judgement;
            return {
                ...judgement,
                hint: judgement.hint ??
                    `Grant roles/iam.workloadIdentityUser on the service account "${serviceAccount}" to "${principalSet(federation, tools.environment)}", and check that the account exists. A new grant takes up to 5 minutes to work.`,
            };
        },
        read: (answer) => {
            const body = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .jsonObject */ .o$)(answer, IAM_CREDENTIALS, url);
            const token = (0,_identity_credential_js__WEBPACK_IMPORTED_MODULE_1__/* .credential */ .e)(body['accessToken'], 'access token', IAM_CREDENTIALS, tools.conceal);
            const expiresAt = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .timeOf */ .nR)(body['expireTime']);
            return { token, ...(expiresAt && { expiresAt }) };
        },
    });
}
/** The jobs of this repository, as members of an IAM policy. */
function principalSet({ provider }, environment) {
    const pool = provider.replace(/\/providers\/.*$/, '');
    return `principalSet:${_settings_js__WEBPACK_IMPORTED_MODULE_3__/* .IAM */ .mP}${pool}/attribute.repository_id/${environment['GITHUB_REPOSITORY_ID'] ?? 'ID'}`;
}


/***/ }),

/***/ 8895: // ./src/google/refusal.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   FV: () => (/* binding */ judgeGoogle),
/* harmony export */   IP: () => (/* binding */ explainSts),
/* harmony export */   sT: () => (/* binding */ judgeSts)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);
/* harmony import */ var _identity_claims_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2437);
/* harmony import */ var _settings_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(1438);




/** What a Google API means by an answer that is not 2xx: `google.rpc.Status` (Google API design guide, AIP-193). */
function judgeGoogle(answer) {
    const error = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(answer.json, 'error');
    const status = textOf((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(error, 'status'));
    const details = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(error, 'details');
    const reasons = Array.isArray(details) ? details.map((detail) => (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(detail, 'reason')) : [];
    return {
        reason: [status, textOf((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(error, 'message'))].filter((text) => text !== '').join(': '),
        ...(reasons.includes('SERVICE_DISABLED') && {
            hint: 'Enable that API in the Google Cloud project (gcloud services enable), and wait a few minutes.',
        }),
    };
}
/** What Google STS means by an answer that is not 2xx: an OAuth error (RFC 6749 section 5.2), or that of any Google API. */
function judgeSts(answer) {
    const code = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(answer.json, 'error');
    if (typeof code !== 'string')
        return judgeGoogle(answer);
    const description = textOf((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(answer.json, 'error_description'));
    return {
        reason: description === '' ? code : `${code}: ${description}`,
        // Google could not fetch the keys of GitHub's issuer: transient, though it says 400.
        ...(/connecting to the given credential's issuer/i.test(description) && { again: 2 }),
    };
}
/** What a person can do about a refusal by Google STS. By its error code: the texts are Google's to change. */
function explainSts({ provider, audience }, error, claims) {
    const { code, refused } = error;
    if (code !== 'DENIED' || refused?.service !== _settings_js__WEBPACK_IMPORTED_MODULE_3__/* .STS */ .$E)
        return {};
    const issuer = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'iss');
    const subject = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'sub');
    const settings = accepting(provider, audience, claims);
    switch (/^[a-z_]+(?=:|$)/.exec(refused.reason ?? '')?.[0]) {
        case 'invalid_grant':
            return {
                hint: `Google does not accept the ID token. Its audience was "${audience}": the provider must list it among its allowed audiences; a provider without a list accepts "https:${_settings_js__WEBPACK_IMPORTED_MODULE_3__/* .IAM */ .mP}${provider}". Its issuer was ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)(issuer) ?? 'that of GitHub'}: the provider must have the same issuer.`,
                ...settings,
            };
        case 'unauthorized_client':
            return {
                hint: `The attribute condition of the provider does not accept this job. The subject (sub) of the ID token was ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)(subject) ?? 'another one'}.${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .aboutForm */ .A1)(subject, { byName: 'a condition on repo:owner/repository:…' })}`,
                ...settings,
            };
        case 'invalid_target':
            return {
                hint: `Check \`${_settings_js__WEBPACK_IMPORTED_MODULE_3__/* .PROVIDER_INPUT */ .Po}\`: this pool or provider does not exist, is disabled or was deleted: "${provider}". A new one takes up to 5 minutes to work.`,
            };
        default:
            return {};
    }
}
/** The settings of a provider that accept this run and no other, as `gcloud … providers describe` prints them. */
function accepting(provider, audience, claims) {
    const issuer = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'iss');
    const subject = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'sub');
    const repositoryId = (0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'repository_id');
    if (issuer === undefined || subject === undefined || repositoryId === undefined)
        return {};
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
                    ...(audience === `https:${_settings_js__WEBPACK_IMPORTED_MODULE_3__/* .IAM */ .mP}${provider}`
                        ? []
                        : ['  allowedAudiences:', `    - ${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .yamlText */ .pS)(audience)}`]),
                    `  issuerUri: ${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .yamlText */ .pS)(issuer)}`,
                ].join('\n'),
            },
        ],
    };
}
function textOf(value) {
    return typeof value === 'string' ? value : '';
}


/***/ }),

/***/ 1438: // ./src/google/settings.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $E: () => (/* binding */ STS),
/* harmony export */   Po: () => (/* binding */ PROVIDER_INPUT),
/* harmony export */   Q$: () => (/* binding */ readFederation),
/* harmony export */   Zf: () => (/* binding */ readServiceAccount),
/* harmony export */   lX: () => (/* binding */ googleEndpoint),
/* harmony export */   mP: () => (/* binding */ IAM)
/* harmony export */ });
/** As errors name it. */
const STS = 'Google STS';
/** What the names of IAM begin with. */
const IAM = '//iam.googleapis.com/';
const PROVIDER_INPUT = 'workload-identity-provider';
const PROVIDER_EXAMPLE = 'projects/123456789012/locations/global/workloadIdentityPools/github/providers/octo-org';
const PROVIDER = /^projects\/([^/\s]+)\/locations\/global\/workloadIdentityPools\/[a-z\d-]{4,32}\/providers\/[a-z\d-]{4,32}$/;
const SERVICE_ACCOUNT = /^[a-z\d][a-z\d-]*@[a-z\d.-]+\.gserviceaccount\.com$/;
const SERVICE_ACCOUNT_EXAMPLE = 'database@my-project.iam.gserviceaccount.com';
const UNIQUE_ID = /^\d{1,30}$/;
/** Reads `workload-identity-provider` and `audience`. */
function readFederation(inputs, environment) {
    const given = inputs.required(PROVIDER_INPUT, PROVIDER_EXAMPLE);
    const provider = inputs.matching(PROVIDER_INPUT, given.replace(/^(?:https:)?\/\/iam\.googleapis\.com\//, ''), PROVIDER, 'must be the full name of a workload identity provider', PROVIDER_EXAMPLE);
    const project = PROVIDER.exec(provider)?.[1] ?? '';
    inputs.matching(PROVIDER_INPUT, project, /^\d+$/, 'must contain the number of the project instead of its id', PROVIDER_EXAMPLE);
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
