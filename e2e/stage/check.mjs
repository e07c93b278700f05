// What the walks of a server that is already running share: they are told by the environment, and say how long each step took.

/**
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function timed(what, work) {
  const start = performance.now();
  const done = await work();
  console.log(`  ${(performance.now() - start).toFixed(0).padStart(6)} ms  ${what}`);
  return done;
}

/** @param {string} name */
export function told(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
