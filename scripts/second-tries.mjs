// Names the tests that passed at their second try only, with what went wrong at the first: nobody may get used to them.
export default class SecondTries {
  #found = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky !== true) return;
    const reasons = (test.result().errors ?? []).map(({ message }) => message.split('\n')[0]);
    this.#found.push(`  ${test.module.relativeModuleId} > ${test.fullName}: ${reasons.join('; ')}`);
  }

  onTestRunEnd() {
    if (this.#found.length === 0) return;
    process.stdout.write(`\nPassed at a second try only (${this.#found.length}):\n${this.#found.join('\n')}\n`);
  }
}
