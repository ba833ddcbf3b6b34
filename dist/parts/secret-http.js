export const id = 'secret-http';
export const ids = ['secret-http'];
export const modules = {

/***/ 5763: // ./src/exchanges/secret/http.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   httpSecret: () => (/* binding */ httpSecret)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);
/* harmony import */ var _identity_claims_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(2437);
/* harmony import */ var _inputs_url_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6344);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(8992);
/* harmony import */ var _payload_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(473);
/* harmony import */ var _reading_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7557);
/* harmony import */ var _references_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9021);







const SERVICE = 'the secret endpoint';
const EXAMPLE = 'https://secrets.example.com/database';
/** Secrets from an endpoint that the user provides: `GET {url}` with the ID token gives `{"payload": {"data": "<base64>"}}`. */
const httpSecret = {
    settings: async (inputs) => {
        const wanted = await (0,_references_js__WEBPACK_IMPORTED_MODULE_3__/* .readReferences */ .P)(inputs, {
            input: 'url',
            example: EXAMPLE,
            key: 'password',
            read: (label, text) => inputs.url(label, text, EXAMPLE, { query: true }),
        });
        const origin = sharedOrigin(inputs, wanted);
        return { wanted, audience: inputs.line('audience') || origin, headers: inputs.headers() };
    },
    exchange: (settings, tools) => {
        const { wanted, audience } = settings;
        const idToken = tools.idToken(audience);
        return (0,_reading_js__WEBPACK_IMPORTED_MODULE_2__/* .readSecrets */ .q)(wanted, idToken, { id: (url) => url.href, read: (url) => read(url, settings, tools) });
    },
};
/**
 * The origin of every URL. One ID token goes to all of them: an endpoint elsewhere could use it at the others, and a token
 * for each would be several logins with several audiences, which are several steps.
 */
function sharedOrigin(inputs, { references }) {
    const [first, ...others] = references.filter(({ source }) => source.href !== _inputs_url_js__WEBPACK_IMPORTED_MODULE_4__/* .NOWHERE */ .JW);
    for (const { output, source } of others) {
        if (source.origin === first?.source.origin)
            continue;
        inputs.problem(`secrets.${output}`, `must have the same origin as the first, ${first?.source.origin ?? ''}, because all get the same ID token; use one step for each origin`, `${first?.source.origin ?? ''}${source.pathname}`);
    }
    return first?.source.origin ?? '';
}
function read(url, { audience, headers }, tools) {
    // Without the query, which may be confidential.
    const name = (0,_text_js__WEBPACK_IMPORTED_MODULE_5__/* .quoted */ .TL)(`${url.host}${url.pathname}`);
    return tools.send({
        service: SERVICE,
        method: 'GET',
        url,
        audience,
        gateway: headers,
        prepare: async () => ({
            headers: { accept: 'application/json', authorization: `Bearer ${await tools.idToken(audience)}` },
        }),
        refusal: ({ status, json }) => {
            const reason = reasonIn(json);
            return {
                // Any JSON is the endpoint's own; anything else comes from something in front of it.
                reason: json === undefined ? undefined : (reason ?? 'no reason given'),
                explain: (claims) => explain(status, url, audience, claims),
                ...(status === 404 && reason !== undefined && { missing: name }),
            };
        },
        read: (answer) => ({ name, text: (0,_payload_js__WEBPACK_IMPORTED_MODULE_1__/* .secretPayload */ .N)((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .jsonObject */ .o$)(answer, SERVICE, url), SERVICE, name) }),
    });
}
function reasonIn(json) {
    return [
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'message'),
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'error', 'message'),
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'error_description'),
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'error'),
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'detail'),
    ].find((text) => typeof text === 'string' && text !== '');
}
function explain(status, url, audience, claims) {
    switch (status) {
        case 401:
        case 403:
            return {
                hint: `The audience of the ID token was "${audience}", its subject ${(0,_text_js__WEBPACK_IMPORTED_MODULE_5__/* .quoted */ .TL)((0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_6__/* .claimText */ .Q1)(claims, 'sub')) ?? 'that of this job'}: the endpoint must accept both. Set \`audience\` to the one that it expects.`,
            };
        case 404:
            return { hint: `Check the URL: there is nothing at ${url.origin}${url.pathname}.` };
        default:
            return {};
    }
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


/***/ })

};
