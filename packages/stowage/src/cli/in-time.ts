/** What is waited for that others wrote, in seconds, unless something else is asked for. */
const secondsDefault = 60;

/** What some work resolves to; rejects when it takes longer. The work itself goes on, since nothing can end it. */
export async function inTime<T>(work: Promise<T>, seconds: number = secondsDefault): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
