export const id = 'secret';
export const ids = ['secret'];
export const modules = {

/***/ 3965: // ./src/exchanges/secret/json.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ab: () => (/* binding */ parseExactly),
/* harmony export */   WI: () => (/* binding */ memberText),
/* harmony export */   aC: () => (/* binding */ valuesIn),
/* harmony export */   fP: () => (/* binding */ INEXACT)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);


/** In place of a number that another reader would change: `1e400`, `1.10`, a whole number above 2^53. */
const INEXACT = Symbol('inexact');
/** A JSON string, or a number outside of a string. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/**
 * JSON text as a value, with {@link INEXACT} for each number that would be another text when it is written again.
 *
 * @returns `undefined` if the text is not JSON
 */
function parseExactly(text) {
    return parse(text, (value, written) => {
        if (written === undefined)
            return value;
        return JSON.stringify(Number(written)) === written ? Number(written) : INEXACT;
    });
}
/** One member of JSON text, as JSON text with each number as it was written; `undefined` if there is none. */
function memberText(text, ...path) {
    const mark = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID)();
    const found = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(parse(text, (value, written) => (written === undefined ? value : `${mark}${written}`)), ...path);
    return found === undefined ? undefined : JSON.stringify(found).replace(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1');
}
/** Every text in JSON text that is an object or a list, at any depth, and every number as it is written; not the names of members. */
function valuesIn(text) {
    const [texts, numbers] = [[], []];
    if (!/^\s*[[{]/.test(text))
        return { texts, numbers };
    parse(text, (value, written) => {
        if (written !== undefined)
            numbers.push(written);
        else if (typeof value === 'string')
            texts.push(value);
        return value;
    });
    return { texts, numbers };
}
/**
 * As `JSON.parse` with a reviver, which gets each number as it is written: `JSON.parse` itself tells that only from version 22
 * of Node on. So each number is text behind a mark that occurs nowhere else.
 *
 * @returns `undefined` if the text is not JSON: the error is not passed on, since it would quote the secret
 */
function parse(text, revive) {
    const mark = `${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID)()}:`;
    try {
        // With marks, text that is not JSON could become JSON.
        JSON.parse(text);
    }
    catch {
        return undefined;
    }
    const marked = text.replace(TOKEN, (token) => (token.startsWith('"') ? token : `"${mark}${token}"`));
    return JSON.parse(marked, (_name, value) => typeof value === 'string' && value.startsWith(mark)
        ? revive(value, value.slice(mark.length))
        : revive(value, undefined));
}


/***/ }),

/***/ 7557: // ./src/exchanges/secret/reading.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  q: () => (/* binding */ readSecrets)
});

// UNUSED EXPORTS: AT_A_TIME

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/pace.ts
var http_pace = __webpack_require__(8625);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
// EXTERNAL MODULE: ./src/exchanges/secret/json.ts
var secret_json = __webpack_require__(3965);
;// CONCATENATED MODULE: ./src/exchanges/secret/value.ts



/** Masking fewer characters than this would black out whole logs. */
const SHORTEST = 4;
/** Words of JSON that are in every log, although they are long enough to be masked. */
const COMMON = /^(?:true|false|null)$/;
/** Lines of formatted JSON and the like, which are no secret. */
const PUNCTUATION = /^[^\p{L}\p{N}]{1,3}$/u;
/** Numbers of fewer characters are ports and years. */
const SHORTEST_NUMBER = 6;
/**
 * The members of a secret that is a JSON object, by their keys. Text as it is, anything else as JSON. The secret is parsed
 * once, at the first of them.
 *
 * @throws ActionError `UNUSABLE_SECRET`, which lists the names that there are, never a value
 */
function membersOf({ name, text }) {
    let parsed;
    return (key) => {
        const { json } = (parsed ??= { json: (0,secret_json/* parseExactly */.Ab)(text) });
        if (typeof json !== 'object' || json === null || Array.isArray(json)) {
            throw unusable(`The secret ${name} is not a JSON object, so it has no key "${key}".`, {
                hint: 'Omit the key to get the whole text.',
            });
        }
        const value = Object.hasOwn(json, key) ? json[key] : undefined;
        if (value === null) {
            throw unusable(`The key "${key}" of the secret ${name} is null.`, {
                hint: 'Store a value in it, or use another one.',
            });
        }
        if (value === undefined)
            throw noKey(name, key, Object.keys(json));
        const exact = (_, each) => {
            if (each !== secret_json/* INEXACT */.fP)
                return each;
            throw unusable(`The key "${key}" of the secret ${name} contains a number that JSON cannot keep exactly, such as 1.10 or one with many digits.`, { hint: 'Store it as text, in quotes.' });
        };
        return { name: `"${key}" of ${name}`, text: typeof value === 'string' ? value : JSON.stringify(value, exact) };
    };
}
function noKey(name, key, keys) {
    const names = keys.slice(0, 50).map((each) => (0,src_text/* quoted */.TL)((0,src_text/* showable */.of)(each, 60) ?? '?'));
    return unusable(`The secret ${name} has no key "${key}".`, {
        missing: `"${key}" of ${name}`,
        hint: names.length === 0 ? 'It has no keys at all.' : `Its keys: ${names.join(', ')}.`,
    });
}
function unusable(message, more) {
    return new errors/* ActionError */.lZ('UNUSABLE_SECRET', message, more);
}
/**
 * What is masked of a secret: each of its lines; where it is JSON, every text in it of at least four characters and every
 * number of at least six; each of these as it is escaped inside JSON, once and twice, since the output `secrets` is JSON that may
 * contain JSON; and the base64 of what has several lines, of which the runner knows each line alone.
 *
 * A secret that is shorter than four characters, or `true`, `false` or `null`, is refused unless `allowShort`, since masking
 * it blacks out every log. A line that is so short in a longer secret is left unmasked, as is mere punctuation in any case.
 *
 * @throws ActionError `UNUSABLE_SECRET`
 */
function masksOf({ name, text }, allowShort) {
    const lines = linesOf(text);
    if (lines.length === 0) {
        throw unusable(`The secret ${name} is empty.`, { hint: 'Store a value in it, or use another one.' });
    }
    const masked = lines.filter((line) => !PUNCTUATION.test(line) && (allowShort || !isCommon(line)));
    if (masked.length === 0 && !allowShort) {
        const what = lines.length === 1 ? 'is' : 'has only lines that are';
        throw unusable(`The secret ${name} ${what} shorter than ${SHORTEST} characters, or true, false or null.`, {
            hint: 'Masking it would hide unrelated text in every log of the job. Store a longer one, or set `allow-short: true`.',
        });
    }
    const { texts, numbers } = (0,secret_json/* valuesIn */.aC)(text);
    const inner = texts.flatMap(linesOf).filter((line) => !isCommon(line));
    const plain = [...masked, ...inner];
    const masks = [
        ...plain,
        ...plain.map(inJson),
        ...plain.map((mask) => inJson(inJson(mask))),
        ...numbers.flatMap((number) => [number, String(Number(number))]).filter(isLongNumber),
        ...[text, ...texts].filter((each) => linesOf(each).length > 1).flatMap(inBase64),
    ];
    const left = lines.length - masked.length - lines.filter((line) => PUNCTUATION.test(line)).length;
    return { masks: [...new Set(masks)], unmasked: masked.length === 0 ? lines.length : left };
}
function isLongNumber(text) {
    return text.length >= SHORTEST_NUMBER;
}
/** Base64 of a text, and the part of it that is the same with up to two bytes before the text and any bytes after it. */
function inBase64(text) {
    const bytes = Buffer.from(text);
    const certain = [0, 1, 2].map((offset) => {
        const part = bytes.subarray(offset);
        return part.subarray(0, part.length - (part.length % 3)).toString('base64');
    });
    return [bytes.toString('base64'), ...certain];
}
function linesOf(text) {
    return text
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
}
function isCommon(line) {
    return line.length < SHORTEST || COMMON.test(line);
}
/** Text as it is written between the quotes of JSON. */
function inJson(text) {
    return JSON.stringify(text).slice(1, -1);
}

;// CONCATENATED MODULE: ./src/exchanges/secret/reading.ts




/** How many secrets are read at the same time. */
const AT_A_TIME = 12;
/** Codes that concern one secret. With any other, the next secret would fail too. */
const OF_ONE_SECRET = ['DENIED', 'REDIRECTED', 'UNUSABLE_SECRET', 'UNUSABLE_ANSWER'];
/** How much text the secrets of one step may have together, in characters: they are held, masked and written. */
const MOST_HELD = 10 * 1024 * 1024;
/**
 * Reads what is wanted: each secret once, {@link AT_A_TIME} at a time, all of them or none.
 *
 * @param login what every read waits for: its error is that of the step
 * @throws ActionError as `reading.read` and {@link masksOf} throw it where one value is wanted; one that has the reason and
 *   the hint of each where several are
 */
async function readSecrets(wanted, login, reading) {
    const { references, several, allowShort, allowMissing } = wanted;
    const read = onceEach(reading);
    const reads = references.map(async ({ output, source, key }) => {
        try {
            const secret = await read(source);
            const value = key === '' ? secret : secret.member(key);
            return { ...value, ...masksOf(value, allowShort), output, id: reading.id(source) };
        }
        catch (error) {
            return { output, error: (0,errors/* asActionError */.z6)(error) };
        }
    });
    const [, results] = await Promise.all([login, Promise.all(reads)]);
    const failed = results.filter((result) => 'error' in result);
    const values = results.flatMap((result) => ('error' in result ? [] : [result]));
    const refused = failed.filter(({ error }) => !allowMissing || error.missing === undefined);
    const [first] = refused;
    if (first !== undefined)
        throw several ? failureOf(refused, results.length) : first.error;
    return grantOf(wanted, values, failed);
}
/** Reads a secret at its first mention, as soon as fewer than {@link AT_A_TIME} are being read. */
function onceEach({ id, read }) {
    const reads = new Map();
    const pace = new http_pace/* Pace */.o(AT_A_TIME);
    let held = 0;
    let broken;
    async function start(source) {
        await pace.enter();
        try {
            if (broken !== undefined)
                throw broken;
            const secret = await read(source);
            held += secret.text.length;
            if (held > MOST_HELD) {
                throw new errors/* ActionError */.lZ('TOO_LARGE', 'The secrets of this step are larger than 10 MiB together.', {
                    hint: 'Read them in several steps.',
                });
            }
            return { ...secret, member: membersOf(secret) };
        }
        catch (error) {
            const known = (0,errors/* asActionError */.z6)(error);
            if (!OF_ONE_SECRET.includes(known.code))
                broken ??= known;
            throw known;
        }
        finally {
            pace.leave();
        }
    }
    return (source) => {
        const found = reads.get(id(source)) ?? start(source);
        reads.set(id(source), found);
        return found;
    };
}
/** @param missing values whose outputs are empty */
function grantOf({ several }, values, missing) {
    const outputs = Object.fromEntries(values.map(({ output, text }) => [output, text]));
    const all = several ? { secrets: JSON.stringify(outputs) } : {};
    const notices = [
        ...values
            .filter(({ unmasked }) => unmasked > 0)
            .map(({ name, unmasked }) => `The secret ${name} has ${counted(unmasked, 'line')} too short to mask.`),
        ...missing.map(({ output, error }) => `The output ${output} is empty: ${error.missing ?? ''} does not exist.`),
    ];
    const secrets = new Set(values.map(({ id }) => id)).size;
    return {
        // `{}` is no secret, and its mask would hide unrelated text.
        secrets: secrets === 0 ? [] : [...new Set([...values.flatMap(({ masks }) => masks), ...Object.values(all)])],
        outputs: { ...Object.fromEntries(missing.map(({ output }) => [output, ''])), ...outputs, ...all },
        outputsAreSecret: true,
        ...(notices.length > 0 && { notices }),
        summary: several || secrets === 0
            ? `${counted(values.length, 'value')} read from ${counted(secrets, 'secret')}.`
            : `Secret ${values[0]?.name ?? ''} read.`,
    };
}
/** One error that names every value that failed, those with the same reason together. */
function failureOf(failed, all) {
    const namesBy = new Map();
    for (const { output, error } of failed) {
        namesBy.set(error.text, [...(namesBy.get(error.text) ?? []), output]);
    }
    let left = src_text/* MOST_LISTED */.cC;
    const lines = [...namesBy].map(([reason, names]) => {
        const line = `${names.join(', ')}: ${reason}`;
        left -= line.length;
        return `\n- ${left < 0 ? names.join(', ') : line}`;
    });
    const [first] = failed;
    const refused = failed.find(({ error }) => error.refused !== undefined)?.error.refused;
    return new errors/* ActionError */.lZ(first?.error.code ?? 'INTERNAL', `${failed.length} of ${counted(all, 'value')} cannot be read. No output was set.${lines.join('')}`, {
        cause: first?.error,
        // Without its words: they are in the message already.
        ...(refused && { refused: { status: refused.status } }),
        explain: (claims) => merged(failed.map(({ error }) => error.explain(claims))),
    });
}
/** What several explanations say to do, each different one once. Their hints are in the message already. */
function merged(explanations) {
    const advice = new Set(explanations.flatMap((each) => each.advice ?? []));
    const paste = new Map(explanations.flatMap((each) => (each.paste ?? []).map((snippet) => [snippet.content, snippet])));
    return {
        ...(advice.size > 0 && { advice: [...advice].join('\n') }),
        ...(paste.size > 0 && { paste: [...paste.values()] }),
    };
}
function counted(count, what) {
    return `${count} ${what}${count === 1 ? '' : 's'}`;
}


/***/ }),

/***/ 9021: // ./src/exchanges/secret/references.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ readReferences)
/* harmony export */ });
/* harmony import */ var _inputs_inputs_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8028);
/* harmony import */ var _inputs_yaml_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8950);


/** How many values one step gives. */
const MOST = 50;
const NAME = /^[a-z][a-z\d_-]*$/i;
const LINE = /^\P{Cc}+$/u;
/** Outputs that mean something else, here or in another action. */
const RESERVED = ['secret', 'secrets', 'token', 'expires-at'];
/** Reads `secrets`, or the single form with `key`, `allow-short` and `allow-missing`. */
async function readReferences(inputs, form) {
    const text = inputs.text('secrets');
    const single = inputs.text(form.input);
    const key = inputs.matching('key', inputs.text('key'), LINE, 'must be one line', form.key);
    const allowed = { allowShort: inputs.boolean('allow-short'), allowMissing: inputs.boolean('allow-missing') };
    if (text === '') {
        if (single === '')
            inputs.lacking(form.input, 'is required, or secrets instead', form.example);
        const references = [{ output: 'secret', source: form.read(form.input, single), key }];
        return { references, several: false, ...allowed };
    }
    const example = `db-password: ${form.example}#${form.key}`;
    for (const [name, value] of [
        [form.input, single],
        ['key', key],
    ]) {
        if (value !== '')
            inputs.problem(name, 'must be omitted if secrets is set', `secrets: ${example}`);
    }
    return { references: await readMapping(inputs, text, form, example), several: true, ...allowed };
}
async function readMapping(inputs, text, form, example) {
    const parsed = await (0,_inputs_yaml_js__WEBPACK_IMPORTED_MODULE_1__/* .parseYaml */ .hN)(text);
    const mended = 'value' in parsed && typeof parsed.value === 'string' ? form.mended?.(text) : undefined;
    if (mended !== undefined) {
        inputs.problem('secrets', 'must be a YAML mapping in which the name comes first', mended);
        return [];
    }
    if ('fault' in parsed) {
        inputs.problem('secrets', parsed.fault, example);
        return [];
    }
    if (!(0,_inputs_yaml_js__WEBPACK_IMPORTED_MODULE_1__/* .isMapping */ .pi)(parsed.value) || parsed.value.size === 0) {
        inputs.problem('secrets', 'must be a YAML mapping from names to secrets', example);
        return [];
    }
    if (parsed.value.size > MOST) {
        inputs.problem('secrets', `must have at most ${MOST} names, not ${parsed.value.size}`, example);
        return [];
    }
    const names = new Set();
    const references = [];
    for (const [output, value] of parsed.value) {
        const lower = output.toLowerCase();
        const label = `secrets.${output}`;
        if (!NAME.test(output)) {
            const rule = 'must have names of letters, digits, - and _ that begin with a letter';
            inputs.problem('secrets', rule + (0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_0__/* .not */ .A)(output), example);
        }
        else if (RESERVED.includes(lower)) {
            inputs.problem(label, 'must have another name, because this one is reserved', example);
        }
        else if (names.has(lower)) {
            inputs.problem(label, 'must have a unique name; case does not matter', example);
        }
        else if (typeof value !== 'string' || value.trim() === '') {
            inputs.problem(label, 'must name a secret', example);
        }
        else {
            references.push({ output, ...readReference(inputs, label, value.trim(), form) });
        }
        names.add(lower);
    }
    return references;
}
/** `REFERENCE` or `REFERENCE#KEY`: the text after the last `#` is the key. */
function readReference(inputs, label, text, form) {
    const at = text.lastIndexOf('#');
    if (at < 0)
        return { source: form.read(label, text), key: '' };
    const key = text.slice(at + 1);
    if (key === '' || at === 0) {
        inputs.problem(label, 'must have a secret before # and a key after it', `${form.example}#${form.key}`);
        return { source: form.read(label, form.example), key: '' };
    }
    return {
        source: form.read(label, text.slice(0, at)),
        key: inputs.matching(label, key, LINE, 'must have a key of one line', `${form.example}#${form.key}`),
    };
}


/***/ }),

/***/ 8950: // ./src/inputs/yaml.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   hN: () => (/* binding */ parseYaml),
/* harmony export */   pi: () => (/* binding */ isMapping)
/* harmony export */ });
/* unused harmony exports plainYaml, fullYaml */
/**
 * Reads one YAML 1.2 document (JSON too) of strings, lists and mappings with unique string keys. Aliases and tags are
 * refused. The caller bounds the length of the text.
 */
async function parseYaml(text) {
    const value = plainYaml(text);
    return value === undefined ? fullYaml(text) : { value };
}
/** `key:` or `key: value`, with its indentation, and a comment. A YAML key may be 1024 characters away from its colon. */
const ENTRY = /^( *)(\w[\w.-]{0,99}):(?: +([^\s#]\S*))?(?: +#.*)? *$/;
const ITEM = /^( *)- +(\S+) *$/;
/** Characters that mean nothing to YAML in these places. `...` would end the document. */
const SCALAR = /^\.?[\w/](?:[\w./:@+=,~#?&%!-]*[\w./@+=,~#?&%!-])?$/;
/**
 * Reads the plain forms of YAML without the YAML package, which takes as long to load as a small answer to arrive: a
 * scalar, a list of scalars, or a mapping of scalars and, one level deep, of such mappings; with comments on their own
 * lines. A test compares it with the package.
 *
 * @returns `undefined` for any other text, be it YAML or not
 */
function plainYaml(text) {
    const lines = text.split(/\r?\n/).filter((line) => !/^ *(?:#.*)?$/.test(line));
    const [first] = lines;
    if (first === undefined)
        return undefined;
    if (lines.length === 1 && SCALAR.test(first))
        return first;
    return plainList(lines) ?? plainMapping(lines);
}
function plainList(lines) {
    const list = [];
    let indentation;
    for (const line of lines) {
        const [, indent, item = ''] = ITEM.exec(line) ?? [];
        indentation ??= indent;
        if (indent === undefined || indent !== indentation || !SCALAR.test(item))
            return undefined;
        list.push(item);
    }
    return list;
}
function plainMapping(lines) {
    const root = new Map();
    let rootIndent;
    let nested;
    /** The key of the root whose value is still to come, if it is on lines of its own. */
    let open;
    for (const line of lines) {
        const [, blanks, key, value = ''] = ENTRY.exec(line) ?? [];
        if (blanks === undefined || key === undefined || (value !== '' && !SCALAR.test(value)))
            return undefined;
        const indent = blanks.length;
        rootIndent ??= indent;
        if (indent > rootIndent && open !== undefined) {
            nested = { indent, map: new Map() };
            root.set(open, nested.map);
        }
        open = undefined;
        if (indent === rootIndent) {
            nested = undefined;
            if (root.has(key))
                return undefined;
            root.set(key, value);
            if (value === '')
                open = key;
        }
        else {
            if (indent !== nested?.indent || nested.map.has(key))
                return undefined;
            nested.map.set(key, value);
        }
    }
    return root;
}
/** Reads any YAML with the YAML package, which is loaded for it. */
async function fullYaml(text) {
    const yaml = await __webpack_require__.e('yaml').then(__webpack_require__.bind(__webpack_require__, 3243));
    const schema = yaml.FAILSAFE_SCHEMA.withTags(yaml.realMapTag);
    try {
        const events = yaml.parseEvents(text, { maxDepth: MAX_DEPTH });
        const tagged = events.filter((event) => 'tagStart' in event).find(({ tagStart }) => tagStart >= 0);
        if (tagged !== undefined)
            yaml.YAMLException.throwAt(text, tagged.tagStart, TAG);
        const documents = yaml.constructFromEvents(events, { source: text, schema, maxAliases: 0 });
        if (documents.length > 1)
            return { fault: 'must be a single YAML document' };
        const value = documents[0] ?? '';
        return isYamlValue(value) ? { value } : { fault: 'must contain only text, lists and mappings' };
    }
    catch (error) {
        if (!(error instanceof yaml.YAMLException))
            throw error;
        const fault = FAULTS[error.reason] ?? 'is not valid YAML';
        return { fault: error.mark === undefined ? fault : `${fault} (line ${error.mark.line + 1})` };
    }
}
/** As many levels as the YAML package allows by itself; an input needs three. */
const MAX_DEPTH = 100;
const TAG = 'a tag';
/** Texts for what the package says that is worth telling apart. */
const FAULTS = {
    [TAG]: 'must not use YAML tags',
    'aliases exceeded maxAliases (0)': 'must not use YAML aliases',
    'duplicated mapping key': 'has a key twice',
    [`nesting exceeded maxDepth (${MAX_DEPTH})`]: 'is nested too deeply',
    'tab characters must not be used in indentation': 'must be indented with spaces, not tabs',
};
function isYamlValue(value) {
    if (typeof value === 'string')
        return true;
    if (Array.isArray(value))
        return value.every(isYamlValue);
    return value instanceof Map && [...value].every(([key, each]) => typeof key === 'string' && isYamlValue(each));
}
/** Whether a value is a mapping. */
function isMapping(value) {
    return value instanceof Map;
}


/***/ })

};
