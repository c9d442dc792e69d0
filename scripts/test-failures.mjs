// What the JSON reports of the test runners say about the tests that failed.
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const MAX_LINES = 15;
const MAX_LINE_CHARS = 300;

/** Failed tests of a report of vitest, and files that could not be loaded: name and message of each. */
export function vitestFailures({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative('', name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [{ name: file, message }];
    return failed.map((test) => ({ name: `${file} › ${test.fullName}`, message: test.failureMessages.join('\n') }));
  });
}

/** Failed tests of a report of Playwright, and what failed outside of any: name and message of each. */
export function playwrightFailures({ suites, errors }) {
  const outside = errors.map(({ message }) => ({ name: 'outside of a test', message }));
  return [...suites.flatMap((suite) => failuresOf(suite, [])), ...outside];
}

function failuresOf({ title, suites = [], specs }, above) {
  const path = [...above, title];
  const failed = specs.filter(({ ok }) => !ok);
  return [
    ...failed.map((spec) => ({ name: [...path, spec.title].join(' › '), message: messageOf(spec) })),
    ...suites.flatMap((suite) => failuresOf(suite, path)),
  ];
}

function messageOf({ tests }) {
  const errors = tests.flatMap(({ results }) => results.flatMap((result) => result.errors));
  return errors.map(({ message }) => message).join('\n');
}

/** A failed test of a tier for people: its name, and the beginning of its message. */
export function describeFailure(tier, { name, message }) {
  return [`✗ ${tier}: ${name}`, ...linesOf(message).slice(0, MAX_LINES)].join('\n    ');
}

/** The end of what a program printed, as long as a message may be. */
export function lastWords(text) {
  return linesOf(text).slice(-MAX_LINES).join('\n');
}

/** Without colours, and without what is empty or names a line of a package. */
function linesOf(text) {
  const lines = stripVTControlCharacters(text).split('\n');
  const telling = lines.filter((line) => line.trim() !== '' && !/^\s+at .*node_modules/.test(line));
  return telling.map((line) => line.slice(0, MAX_LINE_CHARS));
}
