/** What is waited for that others wrote, in seconds, unless something else is asked for. */
const secondsDefault = 60;

/** What some work resolves to; rejects when it takes longer. The work itself goes on, since nothing can end it. */
export async function inSeconds<T>(work: () => Promise<T>, seconds: number = secondsDefault): Promise<T> {
  const { inTime } = await import("@stowage/conformance/report");
  return inTime(work(), seconds * 1000, new Error(`it did not end within ${seconds} s`));
}
