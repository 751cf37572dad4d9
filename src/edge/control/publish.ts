/** Telling every edge of a data folder that there is a new snapshot. */
import { Problem } from '../../lib/problem.ts';
import { connectEdge, controlSockets, EdgeGone, isLeftOver } from './client.ts';

/**
 * Makes every running edge serve the snapshot on disk and returns once all have acknowledged it; with `serial`, one
 * that is at least that new. Without a running edge there is nothing to wait for: edges read the snapshot when they
 * start. Throws Problem `edge.snapshot-refused` when an edge keeps its old state; the others have the new one then.
 */
export async function publishSnapshot(folder: string, serial?: number): Promise<{ readonly acknowledged: number }> {
  const outcomes = await Promise.all((await controlSockets(folder)).map((path) => tell(path, serial)));
  const refusals = outcomes.filter((outcome) => typeof outcome === 'string');
  if (refusals.length > 0) {
    throw new Problem({
      code: 'edge.snapshot-refused',
      status: 500,
      title: 'Not every edge process serves the new state.',
      detail: refusals.join('; '),
      hint: 'Those edges go on serving what they served before. Mend the cause and save again.',
    });
  }
  return { acknowledged: outcomes.filter((outcome) => outcome === true).length };
}

/** True when acknowledged, undefined when nobody was there, else why not. */
async function tell(path: string, serial: number | undefined): Promise<true | undefined | string> {
  try {
    const edge = await connectEdge(path);
    try {
      await edge.send({ command: 'load', ...(serial === undefined ? {} : { serial }) });
      return true;
    } catch (error) {
      // its replacement reads the new snapshot when it starts
      if (error instanceof EdgeGone) return undefined;
      return `edge process ${edge.hello.pid}: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      edge.close();
    }
  } catch (error) {
    if (isLeftOver(error)) return undefined;
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
