import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DataValidationCxt } from 'ajv/dist/types/index.js';
import type { TSchema } from 'typebox';
import type { Fault } from '#domain/refusal.ts';
import { isDate, parseInstant } from '#domain/time.ts';

// allErrors: a caller hears of every faulty member at once; bodies and arrays are bounded, so this costs no more than their size.
const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
  ownProperties: true,
});

ajv.addFormat('date', { validate: isDate });
ajv.addFormat('date-time', { validate: (text: string) => parseInstant(text) !== undefined });
ajv.addFormat('uri', { validate: isHttpUrl });
ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
// Text is trimmed before its length is judged, and what the handler sees is trimmed.
ajv.addKeyword({
  keyword: 'x-trim',
  type: 'string',
  modifying: true,
  before: 'maxLength',
  validate: trimInPlace,
});
for (const keyword of ['example', 'x-secret']) ajv.addKeyword({ keyword });

function trimInPlace(_schema: boolean, text: string, _parent?: unknown, context?: DataValidationCxt): boolean {
  const trimmed = text.trim();
  if (context && trimmed !== text) context.parentData[context.parentDataProperty] = trimmed;
  return true;
}

/** More faults than this are not told: an answer must not grow far beyond its request. */
export const maxFaults = 100;

/** Checks a value and returns every fault, up to {@link maxFaults}; an empty list means valid. */
export type Validator = (value: unknown) => Fault[];

const compiled = new WeakMap<TSchema, ValidateFunction>();

/**
 * Checks by a schema, which is compiled when it is used for the first time: all of them take a third of a second, which a start need
 * not wait for. Faults name the member, say what would be right, and never quote the value.
 */
export function validatorOf(schema: TSchema): Validator {
  return (value) => {
    const validate = compiledOf(schema);
    return validate(value) ? [] : faultsOf(validate.errors ?? []);
  };
}

function compiledOf(schema: TSchema): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^\s]+$/.test(text);
}

/** One fault per member. Of a union the faults of its branches are told, its own description where they say nothing; of `if` only what its branch says. */
function faultsOf(errors: ErrorObject[]): Fault[] {
  const telling = errors.filter(
    ({ keyword, params, schemaPath }) =>
      keyword !== 'if' && !(/\/anyOf\/\d+\//.test(schemaPath) && (keyword === 'const' || params.type === 'null')),
  );
  const faults = new Map<string, Fault>();
  for (const error of telling) {
    if (faults.size === maxFaults) break;
    const inside = (other: ErrorObject) =>
      other !== error &&
      (other.instancePath === error.instancePath || other.instancePath.startsWith(`${error.instancePath}/`));
    if (error.keyword === 'anyOf' && telling.some((other) => other.keyword !== 'anyOf' && inside(other))) continue;
    const fault = faultOf(error);
    const key = JSON.stringify(fault.path);
    if (!faults.has(key)) faults.set(key, fault);
  }
  return [...faults.values()];
}

function faultOf(error: ErrorObject): Fault {
  const { keyword, params, instancePath, parentSchema } = error;
  const path = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  switch (keyword) {
    case 'required':
      return { path: [...path, params.missingProperty], code: 'required', message: 'is required' };
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return {
        path: [...path, params.additionalProperty ?? params.unevaluatedProperty],
        code: 'unknown',
        message: 'unknown member',
      };
    case 'type':
      return {
        path,
        code: 'type',
        message: `must be ${[params.type]
          .flat()
          .map((type) => typeNames[type] ?? type)
          .join(' or ')}`,
      };
    case 'const':
      return { path, code: 'value', message: `must be ${JSON.stringify(params.allowedValue)}` };
    case 'enum':
      return {
        path,
        code: 'value',
        message: `must be one of ${params.allowedValues.map((value: unknown) => JSON.stringify(value)).join(', ')}`,
      };
    case 'minLength':
      return {
        path,
        code: 'too-short',
        message: params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} characters`,
      };
    case 'maxLength':
      return { path, code: 'too-long', message: `must have at most ${params.limit} characters` };
    case 'minItems':
    case 'minProperties':
      return {
        path,
        code: 'too-short',
        message: params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} items`,
      };
    case 'maxItems':
      return { path, code: 'too-long', message: `must have at most ${params.limit} items` };
    case 'uniqueItems':
      return { path, code: 'repeated', message: `must not have an item twice, as ${params.j} and ${params.i} are` };
    case 'minimum':
      return { path, code: 'range', message: `must be at least ${params.limit}` };
    case 'maximum':
      return { path, code: 'range', message: `must be at most ${params.limit}` };
    case 'format':
      return { path, code: 'format', message: `must be ${formatNames[params.format] ?? params.format}` };
    case 'pattern':
      return {
        path,
        code: 'format',
        message: (parentSchema as { description?: string }).description ?? `must match ${params.pattern}`,
      };
    case 'anyOf':
      return {
        path,
        code: 'type',
        message: (parentSchema as { description?: string }).description ?? 'has none of the permitted forms',
      };
    default:
      return { path, code: keyword, message: error.message ?? 'is not valid' };
  }
}

const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
};
const formatNames: Record<string, string> = {
  date: 'a real date in the form YYYY-MM-DD',
  'date-time': 'an RFC 3339 date-time such as 2026-04-01T09:00:00Z',
  uri: 'an absolute http or https URL',
  int64: 'a whole number below 2^53',
};
