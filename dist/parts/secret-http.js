export const id = 'secret-http';
export const ids = ['secret-http'];
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

/***/ 5763: // ./src/exchanges/secret/http.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   httpSecret: () => (/* binding */ httpSecret)
/* harmony export */ });
/* harmony import */ var _identity_claims_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2437);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);
/* harmony import */ var _payload_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(473);
/* harmony import */ var _grant_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5665);




const SERVICE = 'the secret endpoint';
const EXAMPLE = 'https://secrets.example.com/database-password';
/** A secret from an endpoint of one's own: `GET {url}` with the ID token gives `{"payload": {"data": "<base64>"}}`. */
const httpSecret = {
    settings: (inputs) => {
        const url = inputs.url('url', inputs.required('url', EXAMPLE), EXAMPLE, { query: true });
        return {
            url,
            audience: inputs.line('audience') || url.origin,
            allowShort: inputs.boolean('allow-short'),
        };
    },
    exchange: ({ url, audience, allowShort }, tools) => {
        // Without the query, which may be nobody else's business.
        const name = `${url.host}${url.pathname}`;
        tools.connectEarly(url);
        return tools.send({
            service: SERVICE,
            method: 'GET',
            url,
            audience,
            prepare: async () => ({
                headers: { accept: 'application/json', authorization: `Bearer ${await tools.idToken(audience)}` },
            }),
            judge: ({ json }) => ({
                reason: [
                    (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'message'),
                    (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'error', 'message'),
                    (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'error_description'),
                    (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'error'),
                    (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'detail'),
                ].find((text) => typeof text === 'string'),
            }),
            read: (answer) => (0,_grant_js__WEBPACK_IMPORTED_MODULE_3__/* .secretGrant */ .z)((0,_payload_js__WEBPACK_IMPORTED_MODULE_2__/* .secretPayload */ .N)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .jsonObject */ .o$)(answer, SERVICE, url), SERVICE, name), name, allowShort),
        });
    },
    explain: ({ url, audience }, { code, refused }, claims) => {
        if (code !== 'DENIED')
            return {};
        switch (refused?.status) {
            case 401:
            case 403:
                return {
                    hint: `The audience of the ID token was ${audience}, its subject ${(0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_0__/* .claimText */ .Q1)(claims, 'sub') ?? 'that of this job'}: the endpoint must accept both. Give the audience that it expects as \`audience\`.`,
                };
            case 404:
                return { hint: `Check \`url\`: there is nothing at ${url.origin}${url.pathname}.` };
            default:
                return {};
        }
    },
};


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
 * @param name how the log names the secret
 * @throws ActionError `UNUSABLE_ANSWER`; `UNUSABLE_SECRET` where the secret is no text (UTF-8)
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
        throw unusable('does not match its checksum', 'It was damaged on the way: run the job again.');
    }
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    catch (cause) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} is binary: it is not UTF-8 text.`, {
            cause,
            hint: 'An output can only hold text. Store it in base64 and decode it in the step that uses it.',
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


/***/ })

};
