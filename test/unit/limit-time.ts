/** Nothing that a unit test waits for takes as long as the start of a chain, for which other tests have longer. */
jest.setTimeout(60_000);
