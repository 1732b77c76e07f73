import { isObject } from '#domain/merge.ts';
import { type Fault, Refusal } from '#domain/refusal.ts';
import type { Call } from './call.ts';
import type { Route } from './route.ts';

/** The faults that the schema found, and those that the route's `meaning` finds in the rest of the body. */
export function allFaults(route: Route, call: Call, shape: Fault[]): Fault[] {
  if (!route.meaning || shape.some(({ path }) => path.length === 0)) return shape;
  try {
    route.meaning({
      ...call,
      body: without(
        call.body,
        shape.map(({ path }) => path),
      ),
    });
    return shape;
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason.kind !== 'invalid') throw error;
    return [...shape, ...error.reason.faults.filter(({ code }) => !restOnOthers.has(code))];
  }
}

/** Faults that rest on members which may be among the faulty ones: what is missing, and what does not go with the type. */
const restOnOthers = new Set(['required', 'kind']);

/** A copy of a value without the members at these paths; an item of an array becomes an empty object, so that the others keep their place. */
function without(value: unknown, paths: Fault['path'][]): unknown {
  const here = paths.filter((path) => path.length > 0);
  if (here.length === 0) return value;
  const inside = (step: string) => here.filter(([first]) => String(first) === step).map(([, ...rest]) => rest);
  const gone = (step: string) => inside(step).some((rest) => rest.length === 0);
  if (Array.isArray(value))
    return value.map((item, index) => (gone(`${index}`) ? {} : without(item, inside(`${index}`))));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (gone(name) ? [] : [[name, without(member, inside(name))]])),
  );
}
