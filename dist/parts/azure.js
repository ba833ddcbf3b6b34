export const id = 'azure';
export const ids = ['azure'];
export const modules = {

/***/ 4709: // ./src/azure/federation.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  a: () => (/* binding */ accessToken)
});

// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/http/call.ts
var call = __webpack_require__(2006);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
;// CONCATENATED MODULE: ./src/azure/refusal.ts



/** The longest name of a federated credential, in characters. */
const MAX_NAME = 120;
/** A new federated credential is not known everywhere yet (Microsoft, "Workload identity federation", considerations). */
const PROPAGATING = '70021';
/**
 * What Microsoft Entra means by an answer that is not 2xx, or has no body: an OAuth error (RFC 6749 section 5.2) with a code
 * in its description (Microsoft, "Microsoft Entra authentication and authorization error codes"). Codes may change, so they
 * decide nothing but the advice and what is retried. An empty body is one that a retry passes (Altinn/dialogporten#4356).
 *
 * @param sent the claims of the ID token that it got
 */
function entraRefusal(answer, federation, sent) {
    const error = (0,http_answer/* textOf */.b6)((0,http_answer/* member */.Dc)(answer.json, 'error')).slice(0, http_answer/* MAX_MESSAGE */.h2);
    const description = (0,http_answer/* textOf */.b6)((0,http_answer/* member */.Dc)(answer.json, 'error_description')).slice(0, http_answer/* MAX_MESSAGE */.h2);
    const code = /^AADSTS(\d+)/.exec(description)?.[1] ?? '';
    const passes = answer.text.trim() === '' || error === 'temporarily_unavailable' || code === PROPAGATING;
    // The ids and the time at its end are not for the person who reads it; the first of them is the request id.
    const words = description.replace(/\s*Trace ID: .*$/s, '');
    return {
        reason: (0,identity_claims/* withoutClaims */.gm)(code === '' ? [error, words].filter((text) => text !== '').join(': ') : words, sent),
        requestId: (0,http_answer/* member */.Dc)(answer.json, 'trace_id'),
        ...(passes && { retry: 'until the deadline' }),
        explain: (claims) => EXPLANATIONS[code]?.({ ...federation, claims }) ?? {},
    };
}
/** What a person can do, by the number after `AADSTS`. */
const EXPLANATIONS = {
    700213: (refused) => explainSubject(refused),
    7002137: (refused) => explainSubject(refused),
    7002138: (refused) => explainSubject(refused, ' One differs from it in the case of its letters alone.'),
    [PROPAGATING]: (refused) => explainSubject(refused, ' If there is one, it is new: it takes some minutes to work.'),
    700211: ({ clientId, claims }) => ({
        hint: `No federated credential of "${clientId}" has the issuer of the ID token, ${(0,src_text/* quoted */.TL)((0,identity_claims/* claimText */.Q1)(claims, 'iss')) ?? 'which is not shown here'}. Entra compares the whole text: there is no slash at its end.`,
    }),
    700212: ({ clientId, audience }) => ({
        hint: `The audience of the ID token was "${audience}": give the federated credential of "${clientId}" this one, or set \`audience\` to the one that it has.`,
    }),
    70025: (refused) => ({
        hint: `"${refused.clientId}" has no federated credential: create one, or check \`client-id\`.`,
        ...suggestCredential(refused),
    }),
    700024: () => ({
        hint: 'Entra says that the ID token is not valid now, though it was new: run the job again. On GitHub Enterprise Server, check its clock.',
    }),
    700016: ({ tenantId, clientId }) => ({
        hint: `There is no application or managed identity "${clientId}" in the tenant "${tenantId}": check \`tenant-id\` and \`client-id\`. \`client-id\` is not the object ID.`,
    }),
    700038: ({ clientId }) => ({
        hint: `Check \`client-id\`: "${clientId}" is no application. It is the client ID (appId), not the object ID.`,
    }),
    90002: ({ tenantId, url }) => ({
        hint: `Check \`tenant-id\`: ${url.host} knows no tenant "${tenantId}". Other clouds have other login hosts.`,
    }),
    500011: ({ tenantId, resource }) => ({
        hint: `The tenant "${tenantId}" does not know ${resource}: check \`tenant-id\`, and whether the tenant is in another cloud.`,
    }),
};
function explainSubject(refused, more = '') {
    const subject = (0,identity_claims/* claimText */.Q1)(refused.claims, 'sub');
    return {
        hint: `No federated credential of "${refused.clientId}" has the subject (sub) of the ID token, ${(0,src_text/* quoted */.TL)(subject) ?? 'which is not shown here'}.${more} Entra compares the whole text, and a * in it stands for itself.${(0,identity_claims/* aboutForm */.A1)(subject, { it: 'The subject' })}`,
        ...suggestCredential(refused),
    };
}
/** The federated credential that accepts this run and no other; nothing if there can be none. */
function suggestCredential({ clientId, audience, claims }) {
    const issuer = (0,identity_claims/* claimText */.Q1)(claims, 'iss');
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    if (issuer === undefined || subject === undefined)
        return {};
    const passing = (0,identity_claims/* aboutPassing */.PR)(subject);
    if (passing !== undefined)
        return { advice: passing };
    // Every repository with the same customization has this subject, and a credential compares nothing else.
    if (!(0,identity_claims/* namesRepository */.xt)(subject))
        return {};
    const name = subject.replace(/[^\w-]+/g, '-').slice(0, MAX_NAME);
    return {
        advice: `With this federated credential, "${clientId}" accepts this run. Save it as credential.json, and run: az ad app federated-credential create --id ${clientId} --parameters @credential.json. For a managed identity: az identity federated-credential create, with the same values.`,
        paste: [
            { language: 'json', content: JSON.stringify({ name, issuer, subject, audiences: [audience] }, undefined, 2) },
        ],
    };
}

;// CONCATENATED MODULE: ./src/azure/federation.ts





const SERVICE = 'Microsoft Entra';
/**
 * Exchanges an ID token for an access token: `POST {login}/{tenant}/oauth2/v2.0/token` with the ID token as the client's
 * assertion (Microsoft, "OAuth 2.0 client credentials flow", third case; RFC 7523 section 2.2). It cannot be revoked.
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
function accessToken(federation, tools) {
    const { clientId, audience, resource, url } = federation;
    let sent;
    let sentAt = 0;
    return tools.send({
        service: SERVICE,
        method: 'POST',
        url,
        audience,
        // The longest lifetime that a tenant can set.
        grantEnds: 'within a day',
        retriesEmpty: true,
        prepare: async () => {
            const idToken = await tools.idToken(audience, { fresh: true });
            sent = (0,identity_claims/* claimsOf */.ds)(idToken);
            sentAt = tools.now();
            return (0,call/* formMessage */.u)({
                client_id: clientId,
                scope: `${resource}/.default`,
                grant_type: 'client_credentials',
                client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
                client_assertion: idToken,
            });
        },
        refusal: (answer) => entraRefusal(answer, federation, sent),
        read: (answer) => {
            const json = (0,http_answer/* jsonObject */.o$)(answer, SERVICE, url);
            const token = (0,credential/* credential */.e)(json['access_token'], 'access token', SERVICE, tools.mask);
            const expiresAt = (0,http_answer/* endOf */.pJ)(json['expires_in'], sentAt);
            return { token, ...(expiresAt && { expiresAt }) };
        },
    });
}


/***/ }),

/***/ 3714: // ./src/azure/settings.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   JJ: () => (/* binding */ CLOUDS),
/* harmony export */   Q$: () => (/* binding */ readFederation),
/* harmony export */   vD: () => (/* binding */ CLOUD_NAMES)
/* harmony export */ });
/**
 * The clouds: where a job logs in, which audience its ID token has, and what its services are called. Sources: `cloud.py` of
 * the Azure CLI; Microsoft, "Workload identity federation", "About keys, secrets, and certificates".
 */
const CLOUDS = {
    public: {
        login: 'login.microsoftonline.com',
        audience: 'api://AzureADTokenExchange',
        vaults: 'vault.azure.net',
        databases: 'https://ossrdbms-aad.database.windows.net',
    },
    usgov: {
        login: 'login.microsoftonline.us',
        audience: 'api://AzureADTokenExchangeUSGov',
        vaults: 'vault.usgovcloudapi.net',
        databases: 'https://ossrdbms-aad.database.usgovcloudapi.net',
    },
    china: {
        login: 'login.chinacloudapi.cn',
        audience: 'api://AzureADTokenExchangeChina',
        vaults: 'vault.azure.cn',
        databases: 'https://ossrdbms-aad.database.chinacloudapi.cn',
    },
};
const CLOUD_NAMES = Object.keys(CLOUDS);
const TENANT = '11111111-2222-3333-4444-555555555555';
const CLIENT = '66666666-7777-8888-9999-aaaaaaaaaaaa';
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** A domain that the tenant has verified names it, too. */
const TENANT_NAME = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[a-z\d-]+(?:\.[a-z\d-]+)+)$/i;
const AUTHORITY = 'AZURE_AUTHORITY_HOST';
/**
 * Reads `tenant-id`, `client-id` and `audience`. `AZURE_AUTHORITY_HOST` replaces the login host, with or without `https://`, as
 * in Azure's own libraries (@azure/identity, azure-identity for Python).
 */
function readFederation(inputs, environment, cloud, resource) {
    const { login, audience } = CLOUDS[cloud];
    const tenantId = inputs.matching('tenant-id', inputs.required('tenant-id', TENANT), TENANT_NAME, 'must be the ID of a tenant, or one of its domains', TENANT);
    const clientId = inputs.matching('client-id', inputs.required('client-id', CLIENT), GUID, 'must be the client ID of an application or of a managed identity', CLIENT);
    const host = environment[AUTHORITY] || login;
    const authority = inputs.url(AUTHORITY, host.includes('://') ? host : `https://${host}`, `https://${login}`);
    return {
        tenantId,
        clientId,
        audience: inputs.line('audience') || audience,
        resource,
        url: new URL(`${authority.href.replace(/\/+$/, '')}/${tenantId}/oauth2/v2.0/token`),
    };
}


/***/ }),

/***/ 8473: // ./src/exchanges/database/azure.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   azureDatabase: () => (/* binding */ azureDatabase)
/* harmony export */ });
/* harmony import */ var _azure_federation_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4709);
/* harmony import */ var _azure_settings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3714);


/**
 * A password for Azure Database for PostgreSQL or MySQL: an access token of an application or a managed identity (Microsoft,
 * "Microsoft Entra authentication with Azure Database for PostgreSQL", "… for MySQL"). The user is whatever name an
 * administrator gave it in the database.
 */
const azureDatabase = {
    settings: (inputs, environment) => {
        const cloud = inputs.oneOf('cloud', _azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUD_NAMES */ .vD, 'public');
        return (0,_azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .readFederation */ .Q$)(inputs, environment, cloud, _azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUDS */ .JJ[cloud].databases);
    },
    exchange: async (federation, tools) => {
        const { token, expiresAt } = await (0,_azure_federation_js__WEBPACK_IMPORTED_MODULE_0__/* .accessToken */ .a)(federation, tools);
        return {
            secrets: [token],
            outputs: { token },
            summary: `Database password for "${federation.clientId}"${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
            ...(expiresAt && { expiresAt }),
        };
    },
};


/***/ }),

/***/ 9067: // ./src/exchanges/secret/azure-key-vault.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   azureKeyVault: () => (/* binding */ azureKeyVault),
/* harmony export */   refusal: () => (/* binding */ refusal)
/* harmony export */ });
/* harmony import */ var _azure_federation_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4709);
/* harmony import */ var _azure_settings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3714);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9856);
/* harmony import */ var _inputs_url_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(6344);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(8992);
/* harmony import */ var _reading_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(7557);
/* harmony import */ var _references_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(9021);








const SERVICE = 'Azure Key Vault';
const API_VERSION = '2025-07-01';
const EXAMPLE = 'my-vault';
/** Microsoft, "About keys, secrets, and certificates": 3 to 24 characters; none of its hyphens follows another. */
const NAME = /^(?!.*--)[a-z][a-z\d-]{1,22}[a-z\d]$/i;
/** The same page: a name of 1 to 127 characters, a version of 32. Neither has `_`; both are compared without case. */
const SECRET = /^(?<name>[a-z\d-]{1,127})(?:\/(?<version>[a-z\d]{32}))?$/i;
/** Secrets of Azure Key Vault: `GET {vault}/secrets/{name}/{version}` (Azure Key Vault REST API, "Get Secret"). */
const azureKeyVault = {
    settings: async (inputs, environment) => {
        const vault = readVault(inputs);
        // The scope comes from the vault's host alone: what the vault says of it is not asked.
        return {
            federation: (0,_azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .readFederation */ .Q$)(inputs, environment, vault.cloud, `https://${_azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUDS */ .JJ[vault.cloud].vaults}`),
            vault,
            wanted: await (0,_references_js__WEBPACK_IMPORTED_MODULE_5__/* .readReferences */ .P)(inputs, {
                input: 'secret',
                example: 'database-password',
                key: 'password',
                read: (label, text) => {
                    const rule = 'must be the name of a secret (letters, digits and -), or NAME/VERSION';
                    const { name = '', version = '' } = SECRET.exec(inputs.matching(label, text, SECRET, rule, 'database-password'))?.groups ?? {};
                    return { name, version };
                },
            }),
        };
    },
    exchange: async (settings, tools) => {
        const login = (0,_azure_federation_js__WEBPACK_IMPORTED_MODULE_0__/* .accessToken */ .a)(settings.federation, tools);
        const warnings = [];
        const grant = await (0,_reading_js__WEBPACK_IMPORTED_MODULE_4__/* .readSecrets */ .q)(settings.wanted, login, {
            id: ({ name, version }) => `${name}/${version}`.toLowerCase(),
            read: (secret) => read(settings, secret, login, tools, warnings),
        });
        return { ...grant, warnings };
    },
};
/** A vault of the public cloud by its name; one of any cloud, or of this machine, by its URL. */
function readVault(inputs) {
    const text = inputs.required('vault', EXAMPLE);
    if (!text.includes('://')) {
        const rule = 'must be the name of a vault (3 to 24 letters, digits and -) or its URL';
        const name = inputs.matching('vault', text, NAME, rule, EXAMPLE);
        return { name, url: new URL(`https://${name || 'nowhere'}.${_azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUDS */ .JJ.public.vaults}`), cloud: 'public' };
    }
    const url = inputs.url('vault', text, `https://${EXAMPLE}.${_azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUDS */ .JJ.public.vaults}`);
    const [name = '', ...rest] = url.hostname.split('.');
    const cloud = _azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUD_NAMES */ .vD.find((each) => _azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUDS */ .JJ[each].vaults === rest.join('.'));
    const known = Object.values(_azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUDS */ .JJ).map(({ vaults }) => `.${vaults}`);
    if (cloud !== undefined && NAME.test(name) && url.pathname === '/')
        return { name, url, cloud };
    // Emulators run there.
    if ((0,_inputs_url_js__WEBPACK_IMPORTED_MODULE_6__/* .isLoopback */ .U9)(url.hostname) && url.pathname === '/')
        return { name: 'VAULT', url, cloud: 'public' };
    if (url.href !== _inputs_url_js__WEBPACK_IMPORTED_MODULE_6__/* .NOWHERE */ .JW) {
        inputs.problem('vault', `must be the URL of a vault, without a path, under ${known.join(', ')}: no other host gets a token`, `https://${EXAMPLE}.${_azure_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .CLOUDS */ .JJ.public.vaults}`);
    }
    return { name, url, cloud: 'public' };
}
function read(settings, secret, login, tools, warnings) {
    const path = secret.version === '' ? secret.name : `${secret.name}/${secret.version}`;
    const url = new URL(`/secrets/${path}?api-version=${API_VERSION}`, settings.vault.url);
    const name = (0,_text_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .TL)(path);
    return tools.send({
        service: SERVICE,
        method: 'GET',
        url,
        prepare: async () => ({ headers: { authorization: `Bearer ${(await login).token}`, accept: 'application/json' } }),
        refusal: (answer) => refusal(answer, settings, secret, name),
        read: (answer) => {
            const json = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .jsonObject */ .o$)(answer, SERVICE, url);
            const { value } = json;
            if (typeof value !== 'string') {
                throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `The answer of ${SERVICE} (${url.host}) has no value.`);
            }
            warnings.push(...warningsOf(name, json['attributes'], tools.now()));
            return { name, text: value };
        },
    });
}
/** Key Vault gives a secret before and after its time, too (Microsoft, "About Azure Key Vault secrets"). */
function warningsOf(name, attributes, now) {
    const [from, until] = [(0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .timeOf */ .nR)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .member */ .Dc)(attributes, 'nbf')), (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .timeOf */ .nR)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .member */ .Dc)(attributes, 'exp'))];
    return [
        ...(until && until.getTime() <= now
            ? [`The secret ${name} expired at ${until.toISOString()}. Key Vault still gives it: store a new version.`]
            : []),
        ...(from && from.getTime() > now
            ? [`The secret ${name} is not to be used before ${from.toISOString()}. Key Vault gives it already.`]
            : []),
    ];
}
/**
 * What Key Vault means by an answer that is not 2xx: `{"error": {"code", "message", "innererror": {"code"}}}` (Azure Key Vault
 * REST API, "Error"). The innermost code decides the advice.
 *
 * @param shown how a sentence names the secret
 */
function refusal(answer, settings, secret, shown) {
    const error = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .member */ .Dc)(answer.json, 'error');
    const code = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .member */ .Dc)(error, 'innererror', 'code') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .member */ .Dc)(error, 'code');
    const message = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .member */ .Dc)(error, 'message');
    if (typeof code !== 'string' || typeof message !== 'string')
        return {};
    return {
        reason: `${code}: ${message}`,
        requestId: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_3__/* .header */ .wx)(answer, 'x-ms-request-id'),
        ...(code === 'SecretNotFound' && { missing: shown }),
        explain: () => (Object.hasOwn(HINTS, code) ? { hint: HINTS[code]?.(settings, secret) ?? '' } : {}),
    };
}
/**
 * The commands have nothing of what the vault said: a server in its place must not choose who is given a role. An
 * administrator of the vault has the Azure CLI.
 */
const HINTS = {
    Unauthorized: ({ federation, vault }) => `The vault "${vault.name}" does not accept tokens of the tenant "${federation.tenantId}": check \`vault\` and \`tenant-id\`. az keyvault show --name ${vault.name} --query properties.tenantId prints the tenant of the vault.`,
    ForbiddenByRbac: ({ federation, vault }, { name }) => `Give "${federation.clientId}" the role Key Vault Secrets User on this secret: az role assignment create --role "Key Vault Secrets User" --assignee-object-id "$(az ad sp show --id ${federation.clientId} --query id --output tsv)" --assignee-principal-type ServicePrincipal --scope "$(az keyvault show --name ${vault.name} --query id --output tsv)/secrets/${name}". Key Vault Reader is not enough. A new role takes some minutes to work.`,
    AccessDenied: allowByPolicy,
    ForbiddenByPolicy: allowByPolicy,
    ForbiddenByFirewall: ({ vault }) => `The firewall of the vault "${vault.name}" keeps this runner out, whatever roles there are: allow its address (az keyvault network-rule add --name ${vault.name} --ip-address ADDRESS), or use a runner whose address is allowed. GitHub's standard runners have no fixed addresses.`,
    ForbiddenByConnection: ({ vault }) => `The vault "${vault.name}" is open only to its private endpoints: use a runner in a network that has one, where ${vault.url.hostname} resolves to its private address (DNS zone privatelink.vaultcore.azure.net).`,
    SecretDisabled: ({ vault }, { name, version }) => `That version is disabled: use another one, or enable it: az keyvault secret set-attributes --vault-name ${vault.name} --name ${name}${version === '' ? '' : ` --version ${version}`} --enabled true.`,
    SecretNotFound: ({ vault }, { name }) => `There is no such secret or version in "${vault.name}": check \`secret\` and \`vault\`. If it was deleted: az keyvault secret recover --vault-name ${vault.name} --name ${name}.`,
};
function allowByPolicy({ federation, vault }) {
    return `This vault has access policies: az keyvault set-policy --name ${vault.name} --spn ${federation.clientId} --secret-permissions get. It gives access to all secrets of the vault.`;
}


/***/ })

};
