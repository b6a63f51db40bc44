import { isTroubleCode } from '@livecue/shared/contract';
import { describe, expect, it, test } from 'vitest';
import * as errors from './agent-error.ts';
import { problemOf, troubleOf } from './problem.ts';

const { AgentError, ...rest } = errors;
const CONCRETE = Object.values(rest);

describe('problems', () => {
  it.each(CONCRETE)('%o has words of its own', (Concrete) => {
    const error = new Concrete('Doing this: it went wrong. Do that.');
    expect(isTroubleCode(error.code)).toBe(true);
    expect(problemOf(error)).toMatchObject({ code: error.code, message: error.message });
    expect(error).toBeInstanceOf(AgentError);
  });

  test('of an error without words of its own the message is named', () => {
    class OddError extends AgentError {
      readonly code = 'odd';
      readonly retry = 'never';
    }
    expect(problemOf(new OddError('this is odd'))).toEqual({
      code: 'fault',
      message: 'this is odd',
      about: 'this is odd',
    });
    expect(problemOf('a text')).toEqual({ code: 'fault', message: 'a text', about: 'a text' });
    expect(troubleOf({ code: 'ended', message: 'x' }, 4)).toEqual({ code: 'ended', about: '', retryS: 4 });
    expect(troubleOf({ code: 'cut', message: 'x', about: 'y'.repeat(600) }).about).toHaveLength(500);
  });
});
