import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Model } from './eligibility-model.ts';
import { between, randomOf, randomStep, type Step, types } from './eligibility-script.ts';
import { Subject } from './eligibility-subject.ts';

/* Random histories of what one account holds, by the domain's rules and by a model that lives through every day. */
const histories = 100_000;
// Refusals are made by the hundred thousand: without stacks in half the time.
Error.stackTraceLimit = 1;

test(`${histories} random histories: who is eligible on which day, and why not`, () => {
  const tally = { yes: 0, no: new Map<string, number>(), refused: 0, steps: 0 };
  for (let seed = 0; seed < histories; seed += 1) {
    const random = randomOf(seed);
    const [model, subject] = [new Model(), new Subject(random)];
    const script: Step[] = [];
    for (let left = between(random, 3, 12); left > 0; left -= 1) {
      const step = randomStep(random, model.today, model.grants.length);
      script.push(step);
      const [expected, actual] = [model.take(step), subject.take(step)];
      if (expected !== actual) assert.fail(`history ${seed}: ${actual ? 'took' : 'refused'} ${JSON.stringify(script)}`);
      tally.steps += 1;
      tally.refused += expected ? 0 : 1;
    }
    const told = () => `history ${seed}, today ${model.today}: ${JSON.stringify(script)}`;
    const states = model.grants.map(({ status }) => status);
    if (String(subject.states) !== String(states)) assert.deepEqual(subject.states, states, told());
    for (let asked = 0; asked < 4; asked += 1) {
      const day = between(random, 0, model.today + 30);
      const offered = types.map((_, type) => type).filter(() => random() < 0.5);
      const [expected, actual] = [model.validOn(day, offered), subject.validOn(day, offered)];
      if (String(actual) !== String(expected))
        assert.deepEqual(actual, expected, `day ${day} of ${offered}, ${told()}`);
      if (expected.length > 0) tally.yes += 1;
      for (const type of expected.length > 0 ? [] : offered) {
        const [why, given] = [model.whyNot(day, type), subject.whyNot(day, type)];
        if (String(given) !== String(why)) assert.deepEqual(given, why, `why not ${type} on day ${day}, ${told()}`);
        tally.no.set(why[0], (tally.no.get(why[0]) ?? 0) + 1);
      }
    }
  }
  // Nothing was left out by the way in which the histories are made.
  assert.ok(tally.yes > histories / 2, `yes ${tally.yes}`);
  assert.deepEqual([...tally.no.keys()].sort(), [
    'ended',
    'evidence-due',
    'not-held',
    'not-yet-valid',
    'pending-evidence',
    'revoked',
  ]);
  for (const [code, count] of tally.no) assert.ok(count > histories / 100, `${code} ${count}`);
  assert.ok(tally.refused > tally.steps / 20 && tally.refused < tally.steps / 2, `refused ${tally.refused}`);
});
